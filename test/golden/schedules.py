"""Golden file for reduceOnPlateau: the rates that Keras 3's callback sets for given losses and accuracies.

Usage: python schedules.py      (writes schedules/reduceOnPlateau.json beside this file)
Needs: pip install keras tensorflow-cpu numpy
"""

import json
import os
import pathlib

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras

keras.config.set_floatx("float64")

# In order: an improvement, improvements that are too small, none, a worse epoch, a recovery, a long plateau.
LOSSES = [
    1.0,
    0.8,
    0.79995,
    0.81,
    0.79991,
    0.7,
    0.75,
    0.74,
    0.73,
    0.72,
    0.71,
    0.69,
    0.69,
    0.69,
    0.69,
    0.69,
    0.69,
    0.69,
    0.5,
    0.6,
    0.6,
    0.6,
]
SETTINGS = [
    {},
    {"factor": 0.1, "patience": 3, "minLearningRate": 0.002},
    {"patience": 1, "cooldown": 2},
    {"patience": 0, "cooldown": 1, "factor": 0.7},
    {"monitor": "accuracy", "minDelta": 0.015},
    {"minDelta": 0.0, "cooldown": 3},
]
INITIAL_RATE = 0.1


def rates(monitor="loss", factor=0.5, patience=2, minDelta=1e-4, cooldown=0, minLearningRate=0.0):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(INITIAL_RATE), "mse")
    callback = keras.callbacks.ReduceLROnPlateau(
        monitor=f"val_{monitor}",
        mode="min" if monitor == "loss" else "max",
        factor=factor,
        patience=patience,
        min_delta=minDelta,
        cooldown=cooldown,
        min_lr=minLearningRate,
    )
    callback.set_model(model)
    callback.on_train_begin()
    after = []
    for epoch, loss in enumerate(LOSSES):
        callback.on_epoch_end(epoch, {"val_loss": loss, "val_accuracy": 1 - loss})
        after.append(float(keras.ops.convert_to_numpy(model.optimizer.learning_rate)))
    return after


folder = pathlib.Path(__file__).parent / "schedules"
folder.mkdir(exist_ok=True)
golden = {
    "versions": {"keras": keras.__version__},
    "initialRate": INITIAL_RATE,
    "losses": LOSSES,
    "accuracies": [1 - loss for loss in LOSSES],
    "cases": [{"schedule": settings, "rates": rates(**settings)} for settings in SETTINGS],
}
(folder / "reduceOnPlateau.json").write_text(json.dumps(golden) + "\n")
