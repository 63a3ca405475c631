"""Golden file for Adafactor of Keras 2 (tf_keras), in double precision.

Usage: python parameter_optimizers_keras2.py      (writes parameter_optimizers/keras2-adafactor.json beside this file)
Needs: pip install tf_keras tensorflow-cpu numpy

Parameters, gradients, rates and settings are those of keras3-adafactor.json, which parameter_optimizers.py writes
first.
"""

import json
import os
import pathlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_USE_LEGACY_KERAS"] = "1"
import tensorflow as tf
import tf_keras
from vectors import cut, from_keras, joined, to_keras

NAMES = {
    "learningRate": "learning_rate",
    "beta2Decay": "beta_2_decay",
    "epsilon1": "epsilon_1",
    "epsilon2": "epsilon_2",
    "clipThreshold": "clip_threshold",
}
SETTINGS = {**NAMES, "decoupledWeightDecay": "weight_decay"}

folder = pathlib.Path(__file__).parent / "parameter_optimizers"
golden = json.loads((folder / "keras3-adafactor.json").read_text())


def make(settings):
    return tf_keras.optimizers.Adafactor(**{SETTINGS[key]: value for key, value in settings.items()}, jit_compile=False)


def parts_of(vector):
    return [to_keras(part) for part in cut(vector, golden["shapes"])]


def run(settings):
    variables = [tf.Variable(part, dtype=tf.float64) for part in parts_of(golden["theta"])]
    optimizer = make(settings)
    path = []
    for gradient, rate in zip(golden["gradients"], golden["learningRates"]):
        optimizer.learning_rate = rate
        optimizer.apply_gradients(
            [(tf.constant(part, dtype=tf.float64), variable) for part, variable in zip(parts_of(gradient), variables)]
        )
        path.append(joined([from_keras(each.numpy()) for each in variables]))
    return [path[step - 1] for step in golden["steps"]]


config = make({}).get_config()
defaults = {key: config[option] for key, option in NAMES.items()}
defaults["learningRate"] = float(f"{defaults['learningRate']:.6g}")  # kept in float32
cases = [{"settings": case["settings"], "path": run(case["settings"])} for case in golden["cases"]]
golden.update(semantics="keras2", versions={"tf_keras": tf_keras.__version__}, defaults=defaults, cases=cases)
(folder / "keras2-adafactor.json").write_text(json.dumps(golden) + "\n")
