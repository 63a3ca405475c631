"""Golden files for optimizers that treat each parameter separately, and for those with weights for evaluation.

Usage: python parameter_optimizers.py      (writes parameter_optimizers/<source>-<name>.json beside this file)
Needs: pip install torch keras numpy schedulefree

Keras 3 (on its PyTorch backend), PyTorch and the authors' code train six parameters of three layers on given
gradients, in double precision: a convolution's weights and bias, and those of two dense layers. LAMB's authors have
published no code; lamb.py has their algorithm. Muon has a separate script, muon.py. Vectors have optimbench's layout of
the parameters: convolutions [filters, height, width, channels], dense [units, inputs].
"""

import json
import math
import os
import pathlib

os.environ["KERAS_BACKEND"] = "torch"
import keras
import numpy as np
import schedulefree
import torch
import vectors
from lamb import Lamb
from vectors import from_keras, from_torch, joined, to_keras, to_torch

keras.config.set_floatx("float64")
torch.set_default_dtype(torch.float64)

STEPS = 24
KEPT = [1, 2, 3, 6, 12, 13, 18, 24]


def use(shapes):
    """The parameters."""
    global SHAPES, LENGTH, THETA
    SHAPES = shapes
    LENGTH = sum(math.prod(shape) for shape in SHAPES)
    THETA = vectors.initial(LENGTH)


use([[3, 2, 2, 2], [3], [5, 4], [5], [3, 5], [3]])


def gradient(t):
    """The bias of the first layer never moves in the first half."""
    row = vectors.gradient(t, LENGTH)
    if t <= STEPS // 2:
        row[24:27] = [0.0] * 3
    return row


def parts_of(vector):
    return vectors.cut(vector, SHAPES)


def keras_path(optimizer, rates):
    variables = [keras.Variable(to_keras(part), dtype="float64") for part in parts_of(THETA)]
    path = []
    for t, rate in enumerate(rates, start=1):
        optimizer.learning_rate = rate
        gradients = [keras.ops.convert_to_tensor(to_keras(part), dtype="float64") for part in parts_of(gradient(t))]
        optimizer.apply(gradients, variables)
        path.append(joined([from_keras(keras.ops.convert_to_numpy(each)) for each in variables]))
    return path, None


def torch_path(make, rates):
    parameters = [torch.tensor(to_torch(part), requires_grad=True) for part in parts_of(THETA)]
    optimizer = make(parameters)
    averaged = hasattr(optimizer, "eval")
    read = lambda: joined([from_torch(each.detach().numpy()) for each in parameters])
    path, evaluation = [], []
    for t, rate in enumerate(rates, start=1):
        if averaged:
            optimizer.train()
        for group in optimizer.param_groups:
            group["lr"] = rate * group.get("ratio", 1)
        for parameter, part in zip(parameters, parts_of(gradient(t))):
            parameter.grad = torch.tensor(to_torch(part))
        optimizer.step()
        path.append(read())
        if averaged:
            optimizer.eval()
            evaluation.append(read())
    return path, evaluation or None


KERAS = {
    "lamb": (
        "Lamb",
        {"learningRate": "learning_rate", "beta1": "beta_1", "beta2": "beta_2", "epsilon": "epsilon"},
        [{}, {"beta1": 0.5, "epsilon": 1e-3}, {"decoupledWeightDecay": 0.1}],
    ),
    "adafactor": (
        "Adafactor",
        {
            "learningRate": "learning_rate",
            "beta2Decay": "beta_2_decay",
            "epsilon1": "epsilon_1",
            "epsilon2": "epsilon_2",
            "clipThreshold": "clip_threshold",
        },
        [{}, {"beta2Decay": -0.5, "epsilon2": 0.1, "clipThreshold": 0.3}, {"decoupledWeightDecay": 0.1}],
    ),
    "scheduleFreeAdamw": (
        "ScheduleFreeAdamW",
        {
            "learningRate": "learning_rate",
            "beta1": "beta_1",
            "beta2": "beta_2",
            "epsilon": "epsilon",
            "warmupSteps": "warmup_steps",
        },
        [{}, {"beta1": 0.5, "warmupSteps": 5}, {"decoupledWeightDecay": 0.1}],
    ),
}
AVERAGING = {
    "weightDecay": "weight_decay",
    "warmupSteps": "warmup_steps",
    "r": "r",
    "weightLearningRatePower": "weight_lr_power",
}


def keras_optimizer(kind, names, settings):
    names = {**names, "decoupledWeightDecay": "weight_decay"}  # which every optimizer of Keras takes
    options = {names[key]: value for key, value in settings.items()}
    return getattr(keras.optimizers, kind)(**options)


def keras_defaults(kind, names):
    # Keras stores the rate in float32, and Muon omits some arguments from its config.
    optimizer = keras_optimizer(kind, names, {})
    config = optimizer.get_config()
    read = lambda option: config[option] if option in config else getattr(optimizer, option)
    found = {key: read(option) for key, option in names.items()}
    return {**found, "learningRate": float(f"{found['learningRate']:.6g}")}


def schedule_free(kind, settings):
    options = {AVERAGING.get(key, key): value for key, value in settings.items()}
    if "beta1" in options:
        options["betas"] = (options.pop("beta1"), 0.999)
    return lambda parameters: getattr(schedulefree, kind)(parameters, foreach=False, **options)


def adafactor(settings):
    names = {"beta2Decay": "beta2_decay", "clipThreshold": "d", "weightDecay": "weight_decay"}
    options = {names[key]: value for key, value in settings.items() if key in names}
    # By default, epsilon1 is that of the precision. Training in float32 has that of float32.
    eps = (settings.get("epsilon1", 2**-23), settings.get("epsilon2", 1e-3))
    return lambda parameters: torch.optim.Adafactor(parameters, eps=eps, **options)


def write(folder, source, name, versions, defaults, cases):
    rate = defaults["learningRate"]
    rates = [float(np.float32(each)) for each in [rate] * (STEPS // 2) + [0.3 * rate] * (STEPS // 2)]
    found = []
    for settings, run in cases:
        path, evaluation = run(rates)
        kept = {"path": [path[t - 1] for t in KEPT]}
        if evaluation is not None:
            kept["evaluation"] = [evaluation[t - 1] for t in KEPT]
        found.append({"settings": settings, **kept})
    golden = {
        "optimizer": name,
        "semantics": source,
        "versions": versions,
        "defaults": defaults,
        "shapes": SHAPES,
        "theta": THETA,
        "gradients": [gradient(t) for t in range(1, STEPS + 1)],
        "learningRates": rates,
        "steps": KEPT,
        "cases": found,
    }
    (folder / f"{source}-{name}.json").write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    folder = pathlib.Path(__file__).parent / "parameter_optimizers"
    folder.mkdir(exist_ok=True)
    for name, (kind, names, settings) in KERAS.items():
        cases = [
            (
                each,
                lambda rates, kind=kind, names=names, each=each: keras_path(keras_optimizer(kind, names, each), rates),
            )
            for each in settings
        ]
        write(folder, "keras3", name, {"keras": keras.__version__}, keras_defaults(kind, names), cases)

    by_torch = lambda make: lambda rates: torch_path(make, rates)
    versions = {"torch": torch.__version__.split("+")[0]}

    defaults = {"learningRate": 0.001, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-6, "weightDecay": 0.01}
    settings = [{}, {"weightDecay": 0.0, "beta2": 0.9}]
    lamb = lambda own: (
        lambda p: Lamb(p, **{key: value for key, value in {**defaults, **own}.items() if key != "learningRate"})
    )
    write(folder, "author", "lamb", versions, defaults, [(each, by_torch(lamb(each))) for each in settings])

    found = torch.optim.Adafactor([torch.zeros(1)]).defaults
    defaults = {
        "learningRate": found["lr"],
        "beta2Decay": found["beta2_decay"],
        "epsilon1": 2**-23,
        "epsilon2": found["eps"][1],
        "clipThreshold": found["d"],
        "weightDecay": found["weight_decay"],
    }
    settings = [{}, {"beta2Decay": -0.5, "epsilon1": 1e-3, "epsilon2": 0.1, "clipThreshold": 1.5, "weightDecay": 0.1}]
    write(folder, "pytorch", "adafactor", versions, defaults, [(each, by_torch(adafactor(each))) for each in settings])

    versions = {**versions, "schedulefree": __import__("importlib.metadata").metadata.version("schedulefree")}
    found = schedulefree.SGDScheduleFree([torch.zeros(1)]).defaults
    defaults = {
        "learningRate": found["lr"],
        "momentum": found["momentum"],
        **{key: found[option] for key, option in AVERAGING.items()},
    }
    settings = [{}, {"momentum": 0.6, "weightDecay": 0.1, "warmupSteps": 5, "r": 1, "weightLearningRatePower": 1}]
    write(
        folder,
        "author",
        "scheduleFreeSgd",
        versions,
        defaults,
        [(each, by_torch(schedule_free("SGDScheduleFree", each))) for each in settings],
    )

    found = schedulefree.AdamWScheduleFree([torch.zeros(1)]).defaults
    defaults = {
        "learningRate": found["lr"],
        "beta1": found["betas"][0],
        "beta2": found["betas"][1],
        "epsilon": found["eps"],
        **{key: found[option] for key, option in AVERAGING.items()},
    }
    settings = [{}, {"beta1": 0.6, "weightDecay": 0.1, "warmupSteps": 5, "r": 1, "weightLearningRatePower": 1}]
    write(
        folder,
        "author",
        "scheduleFreeAdamw",
        versions,
        defaults,
        [(each, by_torch(schedule_free("AdamWScheduleFree", each))) for each in settings],
    )
