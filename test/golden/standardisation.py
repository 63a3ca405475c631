"""Golden file for standardised images: Keras 3 trains a small network behind its Normalization layer, in double
precision.

Usage: python standardisation.py      (writes standardisation.json beside this file)
Needs: pip install keras tensorflow-cpu numpy

The layer adapts to the training images alone. The convolution is padded, so the values beyond the border matter too.
"""

import json
import os
import pathlib

import numpy as np

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras

keras.config.set_floatx("float64")
COUNT, TRAIN, SIDE, CHANNELS, FILTERS, CLASSES, EPOCHS, RATE = 30, 20, 5, 3, 4, 3, 3, 0.05
random = np.random.default_rng(11)
levels, spreads = np.array([40, 128, 200]), np.array([10, 60, 3])
pixels = np.clip(np.round(random.normal(levels, spreads, (COUNT, SIDE, SIDE, CHANNELS))), 0, 255)
pixels[TRAIN:] = np.clip(pixels[TRAIN:] + 20, 0, 255)  # the other images must not count
labels = random.integers(0, CLASSES, COUNT)
draw = lambda *shape: random.normal(0, 0.2, shape).astype(np.float32)
kernel, bias, weights = draw(3, 3, CHANNELS, FILTERS), draw(FILTERS), draw(SIDE * SIDE * FILTERS, CLASSES)

normalization = keras.layers.Normalization(axis=-1)
convolution = keras.layers.Conv2D(FILTERS, 3, padding="same", activation="relu")
dense = keras.layers.Dense(CLASSES, use_bias=False)
net = keras.Sequential([keras.layers.Input([SIDE, SIDE, CHANNELS]), normalization, convolution])
net.add(keras.layers.Permute((3, 1, 2)))  # so that flatten gives PyTorch's order, as ours does
net.add(keras.layers.Flatten())
net.add(dense)
x = pixels / 255
normalization.adapt(x[:TRAIN])
convolution.kernel.assign(kernel)
convolution.bias.assign(bias)
dense.kernel.assign(weights)
net.compile(optimizer=keras.optimizers.SGD(RATE), loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
history = net.fit(
    x[:TRAIN],
    labels[:TRAIN],
    batch_size=TRAIN,
    epochs=EPOCHS,
    shuffle=False,
    verbose=0,
    validation_data=(x[TRAIN:], labels[TRAIN:]),
).history
probabilities = keras.ops.softmax(net.predict(x[TRAIN:], verbose=0))
print(history, probabilities[0])

flat = lambda values: np.asarray(values, dtype=float).ravel().tolist()
inMemory = lambda kernel: flat(np.transpose(kernel, (3, 0, 1, 2)))  # [filters, height, width, channels]
pathlib.Path(__file__).with_suffix(".json").write_text(
    json.dumps(
        {
            "keras": keras.__version__,
            "trainImages": TRAIN,
            "side": SIDE,
            "learningRate": RATE,
            "pixels": pixels.astype(int).ravel().tolist(),
            "labels": labels.tolist(),
            "initial": inMemory(kernel) + flat(bias) + flat(weights.T),
            "mean": flat(normalization.mean),
            "standardDeviation": flat(np.sqrt(np.asarray(normalization.variance))),
            "train": history["loss"],
            "validation": history["val_loss"],
            "final": inMemory(convolution.kernel.numpy())
            + flat(convolution.bias.numpy())
            + flat(dense.kernel.numpy().T),
            "probabilities": flat(probabilities),
        }
    )
    + "\n"
)
