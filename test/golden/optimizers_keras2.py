"""Golden files for the optimizers of Keras 2 (tf_keras) on 8 parameters, in double precision.

Usage: python optimizers_keras2.py      (writes optimizers/keras2-<name>.json beside this file)
Needs: pip install tf_keras tensorflow-cpu numpy

tf_keras.optimizers.legacy has the definitions of tf.keras 2.0 to 2.10. AdamW and Lion came later and are from
tf_keras.optimizers. Parameters, gradients and settings are those of keras3-<name>.json, which optimizers.py writes
first.

TensorFlow passes Python's numbers through float32 even in double precision, so hyperparameters are set as tensors in
double precision. The 0.96 of Nadam cannot be set and stays in float32, so its files agree with the formula to that
precision only.
"""

import json
import os
import pathlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_USE_LEGACY_KERAS"] = "1"
import keras_names
import numpy as np
import tensorflow as tf
import tf_keras
from tf_keras.optimizers import legacy

ADAM = {"learningRate": "learning_rate", **keras_names.MOMENTS}
NAMES = {
    "sgd": (legacy.SGD, {"learningRate": "learning_rate", "momentum": "momentum", "nesterov": "nesterov"}, {}),
    "adam": (legacy.Adam, ADAM, {}),
    "rmsprop": (
        legacy.RMSprop,
        {"learningRate": "learning_rate", **keras_names.RMSPROP},
        {},
    ),
    "adagrad": (
        legacy.Adagrad,
        {"learningRate": "learning_rate", **keras_names.ADAGRAD},
        {},
    ),
    "amsgrad": (legacy.Adam, ADAM, {"amsgrad": True}),
    "nadam": (legacy.Nadam, {**ADAM, "momentumDecay": "schedule_decay"}, {}),
    "adamax": (legacy.Adamax, ADAM, {}),
    "adadelta": (legacy.Adadelta, {"learningRate": "learning_rate", "rho": "rho", "epsilon": "epsilon"}, {}),
    "ftrl": (
        legacy.Ftrl,
        {"learningRate": "learning_rate", **keras_names.FTRL},
        {},
    ),
    "adamw": (tf_keras.optimizers.AdamW, {**ADAM, "weightDecay": "weight_decay"}, {}),
    "lion": (tf_keras.optimizers.Lion, {"learningRate": "learning_rate", "beta1": "beta_1", "beta2": "beta_2"}, {}),
}
# Only the later optimizers have weight decay.
DECAY = {"lion": {"decoupledWeightDecay": "weight_decay"}}

# Settings that Keras 3 lacks, or with which its result is not a number.
MORE = {"nadam": [{"momentumDecay": 0.5}], "ftrl": [{"initialAccumulator": 0.0}]}


def make(name, settings):
    kind, names, extra = NAMES[name]
    names = {**names, **DECAY.get(name, {})}
    return kind(**extra, **{names[key]: value for key, value in settings.items()})


def defaults_of(name):
    config = make(name, {}).get_config()
    config["schedule_decay"] = config.get("decay")  # Nadam's config calls it by another name
    found = {key: config[option] for key, option in NAMES[name][1].items()}
    return {**found, "learningRate": float(f"{found['learningRate']:.6g}")}  # Lion and AdamW keep their rate in float32


def run(name, settings, golden, rates):
    theta = tf.Variable(golden["theta"], dtype=tf.float64)
    optimizer = make(name, settings)
    for option, value in optimizer.get_config().items():
        if option in keras_names.CAST and value:  # a momentum or a decay of 0 is none
            setattr(optimizer, option, tf.constant(value, dtype=tf.float64))
    after = []
    for gradient, rate in zip(golden["gradients"], rates):
        optimizer.learning_rate = rate
        optimizer.apply_gradients([(tf.constant(gradient, dtype=tf.float64), theta)])
        after.append(theta.numpy().tolist())
    return after


folder = pathlib.Path(__file__).parent / "optimizers"
for name in NAMES:
    golden = json.loads((folder / f"keras3-{name}.json").read_text())
    defaults = defaults_of(name)
    steps = len(golden["gradients"])
    rates = [float(np.float32(defaults["learningRate"] * share)) for share in [1] * (steps // 2) + [0.3] * (steps // 2)]
    known = {**NAMES[name][1], **DECAY.get(name, {})}
    settings = [case["settings"] for case in golden["cases"] if case["settings"].keys() <= known.keys()] + MORE.get(
        name, []
    )
    cases = [{"settings": each, "learningRates": rates, "path": run(name, each, golden, rates)} for each in settings]
    golden.update(semantics="keras2", versions={"tf_keras": tf_keras.__version__}, defaults=defaults, cases=cases)
    (folder / f"keras2-{name}.json").write_text(json.dumps(golden) + "\n")
