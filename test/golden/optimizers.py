"""Golden files for optimizers: Keras 3 and PyTorch apply given gradients to 8 parameters, in double precision.

Usage: python optimizers.py      (writes optimizers/<framework>-<name>.json beside this file)
Needs: pip install torch keras numpy

A file has the framework's defaults, the gradients and, for several settings of the optimizer, the rates and theta after
every step. The rates change in the middle, which shows where an optimizer stores its rate. Keras runs on its
PyTorch backend: on TensorFlow, constants such as 0.999 pass through float32 even in double precision.
"""

import json
import math
import os
import pathlib
import struct

os.environ["KERAS_BACKEND"] = "torch"
import keras
import keras_names
import torch

keras.config.set_floatx("float64")
torch.set_default_dtype(torch.float64)

STEPS = 24
THETA = [1.0, -2.0, 0.5, 0.0, 3.0, -0.25, 0.0123, 10.0]


def gradient(t):
    return [
        0.0,
        1e-6,
        1e3,
        math.sin(1.7 * t),
        0.3 if t % 4 == 0 else 0.0,
        -1e3 if t == 5 else -1e-6,
        0.7 if t % 2 == 0 else -0.6,
        0.5**t,
    ]


# The framework's name of each hyperparameter, by optimbench's.
ADAM = {"learningRate": "learning_rate", **keras_names.MOMENTS}
KERAS_NAMES = {
    "sgd": ("SGD", {"learningRate": "learning_rate", "momentum": "momentum", "nesterov": "nesterov"}),
    "adam": ("Adam", ADAM),
    "rmsprop": (
        "RMSprop",
        {"learningRate": "learning_rate", **keras_names.RMSPROP},
    ),
    "adagrad": (
        "Adagrad",
        {"learningRate": "learning_rate", **keras_names.ADAGRAD},
    ),
    "adamw": ("AdamW", {**ADAM, "weightDecay": "weight_decay"}),
    "amsgrad": ("Adam", ADAM),
    "nadam": ("Nadam", ADAM),
    "adamax": ("Adamax", ADAM),
    "adadelta": ("Adadelta", {"learningRate": "learning_rate", "rho": "rho", "epsilon": "epsilon"}),
    "ftrl": (
        "Ftrl",
        {"learningRate": "learning_rate", **keras_names.FTRL},
    ),
    "lion": ("Lion", {"learningRate": "learning_rate", "beta1": "beta_1", "beta2": "beta_2"}),
}
# PyTorch has one pair, "betas".
BETAS = {"learningRate": "lr", "beta1": ("betas", 0), "beta2": ("betas", 1), "epsilon": "eps"}
PYTORCH_NAMES = {
    "sgd": ("SGD", {"learningRate": "lr", "momentum": "momentum", "nesterov": "nesterov", "dampening": "dampening"}),
    "adam": ("Adam", {"learningRate": "lr", "beta1": ("betas", 0), "beta2": ("betas", 1), "epsilon": "eps"}),
    "rmsprop": (
        "RMSprop",
        {"learningRate": "lr", "rho": "alpha", "momentum": "momentum", "epsilon": "eps", "centered": "centered"},
    ),
    "adagrad": (
        "Adagrad",
        {
            "learningRate": "lr",
            "initialAccumulator": "initial_accumulator_value",
            "epsilon": "eps",
            "lrDecay": "lr_decay",
        },
    ),
    "adamw": ("AdamW", {**BETAS, "weightDecay": "weight_decay"}),
    "amsgrad": ("Adam", BETAS),
    "nadam": ("NAdam", {**BETAS, "momentumDecay": "momentum_decay"}),
    "radam": ("RAdam", BETAS),
    "adamax": ("Adamax", BETAS),
    "adadelta": ("Adadelta", {"learningRate": "lr", "rho": "rho", "epsilon": "eps"}),
}
# Weight decay, which every optimizer accepts: separate from the gradient in Keras, part of it in PyTorch.
KERAS_DECAY = {"decoupledWeightDecay": "weight_decay"}
PYTORCH_DECAY = {"l2": "weight_decay"}
# The settings that turn the frameworks' Adam into AMSGrad.
EXTRA = {"amsgrad": {"amsgrad": True}}
SETTINGS = {
    "sgd": [{}, {"momentum": 0.9}, {"momentum": 0.9, "nesterov": True}],
    "adam": [{}, {"beta1": 0.5, "beta2": 0.9, "epsilon": 1e-3}, {"beta1": 0.0}],
    "rmsprop": [
        {},
        {"momentum": 0.9},
        {"centered": True},
        {"rho": 0.95, "momentum": 0.5, "centered": True, "epsilon": 1e-4},
    ],
    "adagrad": [{}, {"initialAccumulator": 0.5, "epsilon": 1e-3}],
    "adamw": [{}, {"beta1": 0.5, "weightDecay": 0.3}, {"weightDecay": 0.0}],
    "amsgrad": [{}, {"beta1": 0.5, "beta2": 0.6, "epsilon": 1e-3}],
    "nadam": [{}, {"beta1": 0.5, "beta2": 0.9, "epsilon": 1e-3}],
    "radam": [{}, {"beta1": 0.5, "beta2": 0.9, "epsilon": 1e-3}, {"beta2": 0.6}, {"beta2": 0.0}],
    "adamax": [{}, {"beta1": 0.5, "beta2": 0.6, "epsilon": 1e-3}],
    "adadelta": [{}, {"rho": 0.5, "epsilon": 1e-3}],
    "ftrl": [
        {},
        {"l1Strength": 0.1, "l2Strength": 0.2, "beta": 0.3},
        {"learningRatePower": -0.7, "initialAccumulator": 0.5, "l2Shrinkage": 0.125},
    ],
    "lion": [{}, {"beta1": 0.5, "beta2": 0.6}],
}
PYTORCH_SETTINGS = {
    "sgd": [{"momentum": 0.8, "dampening": 0.3}],
    "adagrad": [{"lrDecay": 0.05}],
    "nadam": [{"momentumDecay": 0.5}],
}


def keras_optimizer(name, settings):
    kind, names = KERAS_NAMES[name]
    names = {**names, **KERAS_DECAY}
    return getattr(keras.optimizers, kind)(
        **EXTRA.get(name, {}), **{names[key]: value for key, value in settings.items()}
    )


def keras_run(name, settings, rates):
    theta = keras.Variable(keras.ops.convert_to_tensor(THETA, dtype="float64"), dtype="float64")
    optimizer = keras_optimizer(name, settings)
    after = []
    for t, rate in enumerate(rates, start=1):
        optimizer.learning_rate = rate
        optimizer.apply([keras.ops.convert_to_tensor(gradient(t), dtype="float64")], [theta])
        after.append(keras.ops.convert_to_numpy(theta).tolist())
    return after


def pytorch_optimizer(name, settings, parameters):
    kind, names = PYTORCH_NAMES[name]
    names = {**names, **PYTORCH_DECAY}
    defaults = getattr(torch.optim, kind)(parameters).defaults
    options = {}
    for key, value in settings.items():
        option = names[key]
        if isinstance(option, tuple):
            pair = list(options.get(option[0], defaults[option[0]]))
            pair[option[1]] = value
            options[option[0]] = tuple(pair)
        else:
            options[option] = value
    return getattr(torch.optim, kind)(parameters, **EXTRA.get(name, {}), **options)


def pytorch_run(name, settings, rates):
    theta = torch.tensor(THETA, requires_grad=True)
    optimizer = pytorch_optimizer(name, settings, [theta])
    after = []
    for t, rate in enumerate(rates, start=1):
        optimizer.param_groups[0]["lr"] = rate
        theta.grad = torch.tensor(gradient(t))
        optimizer.step()
        after.append(theta.tolist())
    return after


def keras_defaults(name):
    config = keras_optimizer(name, {}).get_config()
    found = {key: config[option] for key, option in KERAS_NAMES[name][1].items()}
    return {**found, "learningRate": float(f"{found['learningRate']:.6g}")}  # Keras keeps its rate in float32


def pytorch_defaults(name):
    defaults = pytorch_optimizer(name, {}, [torch.zeros(1)]).defaults
    names = PYTORCH_NAMES[name][1]
    return {
        key: defaults[option[0]][option[1]] if isinstance(option, tuple) else defaults[option]
        for key, option in names.items()
    }


def in_float32(value):
    return struct.unpack("f", struct.pack("f", value))[0]


def write(framework, name, version, defaults, settings, run):
    rate = defaults["learningRate"]
    rates = [in_float32(each) for each in [rate] * (STEPS // 2) + [0.3 * rate] * (STEPS // 2)]
    golden = {
        "optimizer": name,
        "semantics": framework,
        "versions": version,
        "defaults": defaults,
        "theta": THETA,
        "gradients": [gradient(t) for t in range(1, STEPS + 1)],
        "cases": [{"settings": each, "learningRates": rates, "path": run(name, each, rates)} for each in settings],
    }
    (folder / f"{framework}-{name}.json").write_text(json.dumps(golden) + "\n")


folder = pathlib.Path(__file__).parent / "optimizers"
folder.mkdir(exist_ok=True)
version = {"torch": torch.__version__.split("+")[0]}
for name, settings in SETTINGS.items():
    owned = "weightDecay" in settings[-1]  # AdamW's own decay is among its settings
    if name in KERAS_NAMES:
        decayed = [] if owned else [{"decoupledWeightDecay": 0.1}]
        write("keras3", name, {"keras": keras.__version__}, keras_defaults(name), settings + decayed, keras_run)
    if name in PYTORCH_NAMES:
        more = PYTORCH_SETTINGS.get(name, []) + ([] if owned else [{"l2": 0.1}])
        write("pytorch", name, version, pytorch_defaults(name), settings + more, pytorch_run)


def lion_run(_, settings, rates):
    """Chen et al. 2023, algorithm 2."""
    beta1, beta2, decay = settings.get("beta1", 0.9), settings.get("beta2", 0.99), settings.get("weightDecay", 0)
    theta, m, after = torch.tensor(THETA), torch.zeros(len(THETA)), []
    for t, rate in enumerate(rates, start=1):
        g = torch.tensor(gradient(t))
        theta = theta - rate * (torch.sign(beta1 * m + (1 - beta1) * g) + decay * theta)
        m = beta2 * m + (1 - beta2) * g
        after.append(theta.tolist())
    return after


defaults = {"learningRate": 0.0001, "beta1": 0.9, "beta2": 0.99, "weightDecay": 0}
write("author", "lion", version, defaults, [{}, {"beta1": 0.5, "weightDecay": 0.1}], lion_run)
