"""Golden file for class weights: Keras 3 trains one dense layer with fit(class_weight=...), in double precision.

Usage: python class_weights.py      (writes class_weights.json beside this file)
Needs: pip install keras tensorflow-cpu numpy

loss and val_loss in the history show where the weights apply, and the kernel at the end shows their effect. The logits
are (pixels / 255) @ kernel.
"""

import json
import os
import pathlib

import numpy as np

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras

keras.config.set_floatx("float64")
COUNT, TRAIN, INPUTS, CLASSES, EPOCHS = 24, 16, 5, 3, 2
WEIGHTS = [0.25, 3.0, 10.0]
random = np.random.default_rng(4)
pixels = random.integers(0, 256, (COUNT, INPUTS))
kernel = random.normal(0, 2, (INPUTS, CLASSES)).astype(np.float32)
labels = random.integers(0, CLASSES, COUNT)
soft = random.dirichlet([1] * CLASSES, COUNT).astype(np.float32)
soft[:4] = [[0.4, 0.2, 0.4], [0.25, 0.5, 0.25], [0.5, 0.0, 0.5], [0.2, 0.4, 0.4]]  # ties of the largest among them
soft[-1] = [0.1, 0.45, 0.45]

CASES = {
    "sparseCategoricalCrossentropy": (keras.losses.SparseCategoricalCrossentropy(from_logits=True), labels),
    "categoricalCrossentropy": (keras.losses.CategoricalCrossentropy(from_logits=True), soft),
}
cases = []
for name, (loss, targets) in CASES.items():
    dense = keras.layers.Dense(CLASSES, use_bias=False)
    net = keras.Sequential([keras.layers.Input([INPUTS]), dense])
    dense.kernel.assign(kernel)
    net.compile(optimizer=keras.optimizers.SGD(0.05), loss=loss, metrics=["accuracy"])
    x = pixels / 255.0
    history = net.fit(
        x[:TRAIN],
        targets[:TRAIN],
        batch_size=TRAIN,
        epochs=EPOCHS,
        shuffle=False,
        verbose=0,
        class_weight=dict(enumerate(WEIGHTS)),
        validation_data=(x[TRAIN:], targets[TRAIN:]),
    ).history
    cases.append(
        {
            "loss": name,
            "targets": None if targets is labels else targets.astype(float).ravel().tolist(),
            "train": history["loss"],
            "validation": history["val_loss"],
            "weights": dense.kernel.numpy().T.ravel().tolist(),
        }
    )
    print(name, history)

pathlib.Path(__file__).with_suffix(".json").write_text(
    json.dumps(
        {
            "keras": keras.__version__,
            "classWeights": WEIGHTS,
            "learningRate": 0.05,
            "trainImages": TRAIN,
            "pixels": pixels.ravel().tolist(),
            "weights": kernel.T.astype(float).ravel().tolist(),
            "labels": labels.tolist(),
            "cases": cases,
        }
    )
    + "\n"
)
