"""Golden file for early stopping: when Keras' callback stops on given losses and accuracies, and which weights it
restores.

Usage: python early_stopping.py      (writes schedules/earlyStopping.json beside this file)
Needs: pip install torch keras numpy
"""

import json
import os
import pathlib

os.environ["KERAS_BACKEND"] = "torch"  # TensorFlow's casts numbers to float32
import keras

keras.config.set_floatx("float64")

# In order: an improvement, improvements that are too small, none, a worse epoch, a recovery, a long plateau, a late
# improvement.
LOSSES = [1.0, 0.8, 0.79, 0.81, 0.785, 0.7, 0.75, 0.74, 0.69, 0.72, 0.71, 0.705, 0.7, 0.7, 0.7, 0.7, 0.5, 0.6, 0.6, 0.6]
SETTINGS = [
    {},
    {"patience": 1},
    {"patience": 2},
    {"patience": 3},
    {"patience": 7},
    {"patience": 8},
    {"patience": 2, "minDelta": 0.02},
    {"patience": 3, "minDelta": 0.05},
    {"patience": 2, "monitor": "accuracy"},
    {"patience": 3, "monitor": "accuracy", "minDelta": 0.05},
    {"patience": 3, "baseline": 0.75},
    {"patience": 6, "baseline": 0.75},
    {"patience": 4, "monitor": "accuracy", "baseline": 0.21},
    {"startFromEpoch": 3},
    {"startFromEpoch": 5},
    {"patience": 2, "startFromEpoch": 5},
    {"startFromEpoch": 50},
    {"patience": 2, "mode": "max"},
    {"monitor": "accuracy", "mode": "min", "patience": 1},
]


class Model:
    """The part of a model that the callback uses."""

    stop_training = False
    epoch = 0

    def get_weights(self):
        return self.epoch

    def set_weights(self, weights):
        self.epoch = weights


def outcome(monitor="loss", mode=None, patience=0, minDelta=0.0, baseline=None, startFromEpoch=0):
    callback = keras.callbacks.EarlyStopping(
        monitor=f"val_{monitor}",
        mode=mode or ("min" if monitor == "loss" else "max"),
        min_delta=minDelta,
        patience=patience,
        baseline=baseline,
        restore_best_weights=True,
        start_from_epoch=startFromEpoch,
    )
    model = Model()
    callback.set_model(model)
    callback.on_train_begin()
    for epoch, loss in enumerate(LOSSES):
        model.epoch = epoch + 1
        callback.on_epoch_end(epoch, {"val_loss": loss, "val_accuracy": 1 - loss})
        if model.stop_training:
            break
    epochs = model.epoch
    callback.on_train_end()
    watched = callback.best_weights is not None
    return {"epochs": epochs, "stoppedEarly": model.stop_training, "bestEpoch": model.epoch if watched else None}


golden = {
    "versions": {"keras": keras.__version__},
    "losses": LOSSES,
    "accuracies": [1 - loss for loss in LOSSES],
    "cases": [{"settings": settings, "outcome": outcome(**settings)} for settings in SETTINGS],
}
(pathlib.Path(__file__).parent / "schedules" / "earlyStopping.json").write_text(json.dumps(golden) + "\n")
