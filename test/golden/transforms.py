"""Golden files for every optimizer of every source, with settings that differ from the defaults and everything that a
run can add: clipping, weight decay, an average of the weights, a changing rate and momentum, and accumulated gradients.

Usage: python transforms.py      (writes transforms/<source>.json beside this file)
Needs: pip install torch keras tensorflow-cpu tf_keras numpy schedulefree

Keras 3 runs on its PyTorch backend. If a framework supports a combination (clipnorm, clipvalue, global_clipnorm,
weight_decay, use_ema, gradient_accumulation_steps, clip_grad_*, AveragedModel), its implementation is used. Whatever it
lacks is computed with NumPy around its optimizer's step (`Wrapped`). All numbers are in double precision. Vectors have
optimbench's layout of the parameters: convolutions [filters, height, width, channels], dense [units, inputs].
"""

import itertools
import json
import math
import os
import pathlib
import subprocess
import sys

import keras_names
import numpy as np
from vectors import cut, from_keras, from_torch, gradient, initial, joined, to_keras, to_torch

SHAPES = [[2, 2, 2, 1], [2], [3, 4], [3], [2, 3], [2]]
LENGTH = sum(math.prod(shape) for shape in SHAPES)
STEPS = 20
THETA = initial(LENGTH)
SHARES = [1 + 0.5 * math.sin(t) for t in range(1, STEPS + 1)]  # of the learning rate
MOMENTA = [round(0.5 + 0.4 * math.cos(0.4 * t), 6) for t in range(1, STEPS + 1)]

# One dense layer on images of 2 x 2 x 1, whose loss is the sum of logits times targets: gradients are the images'.
DENSE = [[2, 4], [2]]
BATCH, BATCHES = 2, 3
PIXELS = [[(37 * i + 91 * j + 11 * i * j) % 256 for j in range(4)] for i in range(STEPS * BATCHES * BATCH)]
TARGETS = [[round(math.sin(1.3 * i), 3), round(math.cos(0.7 * i), 3)] for i in range(len(PIXELS))]


def batch_gradient(t, batch):
    first = ((t - 1) * BATCHES + batch) * BATCH
    x, y = np.array(PIXELS[first : first + BATCH]) / 255, np.array(TARGETS[first : first + BATCH])
    return [y.T @ x / BATCH, y.mean(0)]


CLIPS = ("clipValue", "clipNorm", "globalClipNorm")
TRANSFORMS = [
    {},
    {"l2": 0.1},
    {"decoupledWeightDecay": 0.3},
    {"clipValue": 0.5},
    {"clipNorm": 0.7},
    {"globalClipNorm": 2.0},
    {"weightAverage": 0.9},
    {"globalClipNorm": 1.5, "l2": 0.2, "weightAverage": 0.7},
    {
        "clipValue": 0.9,
        "clipNorm": 0.8,
        "globalClipNorm": 1.1,
        "l2": 0.1,
        "decoupledWeightDecay": 0.2,
        "weightAverage": 0.8,
    },
    {"momentum": True},
    {"momentum": True, "clipNorm": 0.6, "l2": 0.05, "weightAverage": 0.85},
]
ACCUMULATED = [TRANSFORMS[0], TRANSFORMS[7], TRANSFORMS[10]]


class Wrapped:
    """A framework's optimizer, with the transforms that it lacks added; `own` are those that it has."""

    def __init__(self, engine, transforms, keras):
        self.engine, self.keras, self.average = engine, keras, None
        self.left = {key: value for key, value in transforms.items() if key not in engine.own}

    def step(self, gradients, rate, momentum, times=1):
        left, theta = self.left, self.engine.read()
        gradients = [np.array(each, dtype=float) for each in gradients]
        if "clipValue" in left:
            gradients = [np.clip(each, -left["clipValue"], left["clipValue"]) for each in gradients]
        if "clipNorm" in left:
            gradients = [each * self.shortening(np.linalg.norm(each), left["clipNorm"]) for each in gradients]
        if "globalClipNorm" in left:
            norm = math.sqrt(sum((each**2).sum() for each in gradients))
            gradients = [each * self.shortening(norm, left["globalClipNorm"]) for each in gradients]
        if "l2" in left:
            gradients = [each + left["l2"] * part for each, part in zip(gradients, theta)]
        if "decoupledWeightDecay" in left:
            self.engine.write([part - rate * left["decoupledWeightDecay"] * part for part in theta])
        self.engine.step([times * each for each in gradients], rate, momentum)
        if "weightAverage" in left:
            share, now = left["weightAverage"], self.engine.read()
            self.average = (
                now if self.average is None else [share * a + (1 - share) * b for a, b in zip(self.average, now)]
            )

    def shortening(self, norm, bound):
        return bound / max(norm, bound) if self.keras else min(1, bound / (norm + 1e-6))

    def evaluation(self):
        return self.average if self.average is not None else self.engine.evaluation()


def rates_of(rate):
    return [float(np.float32(rate * share)) for share in SHARES]  # Keras keeps its rate in float32


def rounded(parts):
    return [float(f"{value:.12g}") for value in joined(parts)]


def path_of(make, settings, transforms, keras):
    wrapped = Wrapped(make(SHAPES, THETA, settings, transforms), transforms, keras)
    for t, rate in enumerate(rates_of(settings["learningRate"]), start=1):
        wrapped.step(cut(gradient(t, LENGTH), SHAPES), rate, MOMENTA[t - 1] if "momentum" in transforms else None)
    return result(wrapped)


def accumulated_path_of(make, settings, transforms, keras):
    wrapped = Wrapped(make(DENSE, THETA[:10], settings, transforms, accumulated=True), transforms, keras)
    alone = set(wrapped.left) <= {"weightAverage"} and wrapped.engine.accumulates
    for t, rate in enumerate(rates_of(settings["learningRate"]), start=1):
        momentum = MOMENTA[t - 1] if "momentum" in transforms else None
        batches = [batch_gradient(t, batch) for batch in range(BATCHES)]
        mean = [sum(parts) / BATCHES for parts in zip(*batches)]
        if alone:  # the framework sees each batch
            for each in batches[:-1]:
                wrapped.engine.step(each, rate, momentum)
            wrapped.step(batches[-1], rate, momentum)
        else:
            times = BATCHES if wrapped.engine.accumulates else 1
            for _ in range(times - 1):
                wrapped.engine.step([0 * each for each in mean], rate, momentum)
            wrapped.step(mean, rate, momentum, times)
    return result(wrapped)


def result(wrapped):
    evaluation = wrapped.evaluation()
    found = {"theta": rounded(wrapped.engine.read())}
    return found if evaluation is None else {**found, "evaluation": rounded(evaluation)}


def cases_of(name, make, variants, has_momentum, refused, keras, transforms=TRANSFORMS, path=path_of):
    found = []
    for settings, added in itertools.product(variants, transforms):
        if refused(settings, added):
            continue
        if "momentum" in added and not has_momentum(settings):
            continue
        numbers = {key: value for key, value in added.items() if key != "momentum"}
        case = {"optimizer": name, "settings": {**settings, **numbers}}
        if "momentum" in added:
            case["changing"] = True
        found.append({**case, **path(make, settings, added, keras)})
    return found


def golden(versions, optimizers, keras):
    """`optimizers`: name -> (make, variants, has_momentum, refused)."""
    each = lambda **more: [case for name, given in optimizers.items() for case in cases_of(name, *given, keras, **more)]
    return {
        "versions": versions,
        "shapes": SHAPES,
        "theta": THETA,
        "gradients": [gradient(t, LENGTH) for t in range(1, STEPS + 1)],
        "shares": SHARES,
        "momenta": MOMENTA,
        "cases": each(),
        "accumulated": {
            "pixels": PIXELS,
            "targets": TARGETS,
            "batchSize": BATCH,
            "gradientAccumulation": BATCHES,
            "cases": each(transforms=ACCUMULATED, path=accumulated_path_of),
        },
    }


# ---- settings that differ from the defaults and together use every form of each formula ----

MOMENTS = {"beta1": 0.8, "beta2": 0.95, "epsilon": 1e-4}
VARIANTS = {
    "sgd": [
        {"learningRate": 0.02},
        {"learningRate": 0.02, "momentum": 0.8},
        {"learningRate": 0.03, "momentum": 0.7, "nesterov": True},
    ],
    "adam": [{"learningRate": 0.02, **MOMENTS}],
    "amsgrad": [{"learningRate": 0.02, **MOMENTS, "beta2": 0.6}],
    "adamw": [
        {"learningRate": 0.02, **MOMENTS, "weightDecay": 0.3},
        {"learningRate": 0.02, **MOMENTS, "weightDecay": 0},
    ],
    "nadam": [{"learningRate": 0.02, **MOMENTS}],
    "radam": [{"learningRate": 0.02, **MOMENTS}, {"learningRate": 0.02, "beta1": 0.7, "beta2": 0.6, "epsilon": 1e-4}],
    "adamax": [{"learningRate": 0.02, "beta1": 0.8, "beta2": 0.9, "epsilon": 1e-3}],
    "rmsprop": [
        {"learningRate": 0.02, "rho": 0.8, "epsilon": 1e-4},
        {"learningRate": 0.02, "rho": 0.8, "epsilon": 1e-4, "momentum": 0.6},
        {"learningRate": 0.02, "rho": 0.7, "epsilon": 1e-3, "centered": True},
        {"learningRate": 0.02, "rho": 0.7, "epsilon": 1e-3, "centered": True, "momentum": 0.5},
    ],
    "adagrad": [{"learningRate": 0.05, "initialAccumulator": 0.3, "epsilon": 1e-3}],
    "adadelta": [{"learningRate": 0.5, "rho": 0.8, "epsilon": 1e-3}],
    "ftrl": [
        {"learningRate": 0.05, "l1Strength": 0.05, "l2Strength": 0.2, "beta": 0.3},
        {"learningRate": 0.05, "learningRatePower": -0.7, "initialAccumulator": 0.5, "l2Shrinkage": 0.125},
    ],
    "lion": [{"learningRate": 0.01, "beta1": 0.8, "beta2": 0.9}],
    "lamb": [{"learningRate": 0.02, **MOMENTS}],
    "adafactor": [
        {"learningRate": 0.02, "beta2Decay": -0.6, "epsilon2": 0.1, "clipThreshold": 0.5},
        {"learningRate": 0.05, "clipThreshold": 2.0},
    ],
    "muon": [
        {
            "learningRate": 0.02,
            "momentum": 0.8,
            "nesterov": False,
            "weightDecay": 0,
            "adamLearningRateRatio": 0.3,
            "adamWeightDecay": 0,
            **MOMENTS,
        },
        {
            "learningRate": 0.02,
            "momentum": 0.7,
            "weightDecay": 0.2,
            "adamLearningRateRatio": 0.5,
            "adamWeightDecay": 0.1,
            **MOMENTS,
        },
    ],
    "scheduleFreeSgd": [
        {
            "learningRate": 0.1,
            "momentum": 0.7,
            "weightDecay": 0.1,
            "warmupSteps": 5,
            "r": 1,
            "weightLearningRatePower": 1,
        },
        {"learningRate": 0.1, "momentum": 0.6},
    ],
    "scheduleFreeAdamw": [
        {"learningRate": 0.02, "beta1": 0.8, "warmupSteps": 5},
        {"learningRate": 0.02, "beta1": 0.6, "beta2": 0.95, "epsilon": 1e-4},
    ],
}
by_momentum = lambda settings: settings.get("momentum", 0) > 0
always, never = lambda settings: True, lambda settings: False
HAS_MOMENTUM = {
    "sgd": by_momentum,
    "rmsprop": by_momentum,
    "muon": always,
    **{name: always for name in ("adam", "amsgrad", "adamw", "nadam", "radam", "adamax", "lion", "lamb")},
}
has_momentum = lambda name: HAS_MOMENTUM.get(name, never)


def decays(settings, added):
    """Optimizers that already have a weight decay accept no other."""
    own = settings.get("weightDecay", 0) > 0 or settings.get("adamWeightDecay", 0) > 0
    return own and "decoupledWeightDecay" in added


def given(make, variants, name, refused=decays):
    return (make, variants, has_momentum(name), refused)


KERAS_ADAM = {"beta1": "beta_1", "beta2": "beta_2", "epsilon": "epsilon"}
KERAS = {
    "sgd": ("SGD", {"momentum": "momentum", "nesterov": "nesterov"}),
    "adam": ("Adam", KERAS_ADAM),
    "amsgrad": ("Adam", KERAS_ADAM),
    "adamw": ("AdamW", {**KERAS_ADAM, "weightDecay": "weight_decay"}),
    "nadam": ("Nadam", KERAS_ADAM),
    "adamax": ("Adamax", KERAS_ADAM),
    "rmsprop": ("RMSprop", {"rho": "rho", "momentum": "momentum", "epsilon": "epsilon", "centered": "centered"}),
    "adagrad": ("Adagrad", {"initialAccumulator": "initial_accumulator_value", "epsilon": "epsilon"}),
    "adadelta": ("Adadelta", {"rho": "rho", "epsilon": "epsilon"}),
    "ftrl": ("Ftrl", keras_names.FTRL),
    "lion": ("Lion", {"beta1": "beta_1", "beta2": "beta_2"}),
    "lamb": ("Lamb", KERAS_ADAM),
    "adafactor": (
        "Adafactor",
        {
            "beta2Decay": "beta_2_decay",
            "epsilon1": "epsilon_1",
            "epsilon2": "epsilon_2",
            "clipThreshold": "clip_threshold",
        },
    ),
    "muon": ("Muon", keras_names.MUON),
    "scheduleFreeAdamw": ("ScheduleFreeAdamW", {**KERAS_ADAM, "warmupSteps": "warmup_steps"}),
}
KERAS_TRANSFORMS = {"clipValue": "clipvalue", "clipNorm": "clipnorm", "globalClipNorm": "global_clipnorm"}
EXTRA = {"amsgrad": {"amsgrad": True}}
MOMENTUM_NAME = {"sgd": "momentum", "rmsprop": "momentum", "muon": "momentum"}


def own_of_keras(transforms, decay_is_free):
    """The transforms that Keras has: one kind of clipping (before an L2 penalty, if any), weight decay and average."""
    clips = [key for key in CLIPS if key in transforms]
    own = {"momentum"} | (set(clips) if len(clips) == 1 and "l2" not in transforms else set())
    if decay_is_free and "l2" not in transforms and len(clips) <= 1:
        own.add("decoupledWeightDecay")
    return own


def keras3():
    os.environ["KERAS_BACKEND"] = "torch"
    import keras

    keras.config.set_floatx("float64")

    class Engine:
        def __init__(self, name, shapes, theta, settings, transforms, accumulated):
            kind, names = KERAS[name]
            names = {**names, "learningRate": "learning_rate"}
            self.own = own_of_keras(transforms, name not in ("adamw", "muon"))
            if not accumulated:  # while it accumulates, its average follows every batch, and not every update
                self.own.add("weightAverage")
            options = {names[key]: value for key, value in settings.items()}
            for key in set(CLIPS) & self.own & transforms.keys():
                options[KERAS_TRANSFORMS[key]] = transforms[key]
            if "decoupledWeightDecay" in self.own & transforms.keys():
                options["weight_decay"] = transforms["decoupledWeightDecay"]
            self.accumulates, self.averages = accumulated, "weightAverage" in self.own & transforms.keys()
            if self.averages:
                options.update(use_ema=True, ema_momentum=transforms["weightAverage"], ema_overwrite_frequency=None)
            if accumulated:
                options["gradient_accumulation_steps"] = BATCHES
            self.momentum = MOMENTUM_NAME.get(name, "beta_1")
            self.optimizer = getattr(keras.optimizers, kind)(**EXTRA.get(name, {}), **options)
            self.variables = [keras.Variable(to_keras(part), dtype="float64") for part in cut(theta, shapes)]
            self.optimizer.build(self.variables)  # states that start as the weights do so before these decay

        def step(self, gradients, rate, momentum):
            self.optimizer.learning_rate = rate
            if momentum is not None:
                setattr(self.optimizer, self.momentum, momentum)
            self.optimizer.apply(
                [keras.ops.convert_to_tensor(to_keras(part), dtype="float64") for part in gradients], self.variables
            )

        def numbers(self, variables):
            return [from_keras(keras.ops.convert_to_numpy(each)).copy() for each in variables]

        def read(self):
            return self.numbers(self.variables)

        def write(self, parts):
            for variable, part in zip(self.variables, parts):
                variable.assign(to_keras(part))

        def evaluation(self):  # what finalize_variable_values() would write into the variables
            return self.numbers(self.optimizer._model_variables_moving_average) if self.averages else None

    make = lambda name: (
        lambda shapes, theta, settings, transforms, accumulated=False: Engine(
            name, shapes, theta, settings, transforms, accumulated
        )
    )
    return golden(
        {"keras": keras.__version__}, {name: given(make(name), VARIANTS[name], name) for name in KERAS}, keras=True
    )


def keras2():
    os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", TF_USE_LEGACY_KERAS="1", CUDA_VISIBLE_DEVICES="")
    import tensorflow as tf
    import tf_keras
    from tf_keras.optimizers import legacy

    # tf_keras.optimizers.legacy are the definitions of tf.keras 2.0 to 2.10; AdamW and Lion came later.
    later = {
        "adamw": tf_keras.optimizers.AdamW,
        "lion": tf_keras.optimizers.Lion,
        "adafactor": tf_keras.optimizers.Adafactor,
    }
    cast = keras_names.CAST

    class Engine:
        accumulates = False

        def __init__(self, name, shapes, theta, settings, transforms, accumulated):
            kind, names = KERAS[name]
            names = {**names, "learningRate": "learning_rate", "momentumDecay": "schedule_decay"}
            # The later optimizers start the average at the initial weights, unlike Keras 3 and PyTorch.
            self.own = own_of_keras(transforms, name in ("lion", "adafactor"))
            options = {names[key]: value for key, value in settings.items()}
            for key in set(CLIPS) & self.own & transforms.keys():
                options[KERAS_TRANSFORMS[key]] = transforms[key]
            if "decoupledWeightDecay" in self.own & transforms.keys():
                options["weight_decay"] = transforms["decoupledWeightDecay"]
            self.optimizer = (later.get(name) or getattr(legacy, kind))(**EXTRA.get(name, {}), **options)
            for option, value in self.optimizer.get_config().items():
                if option in cast and value:  # a momentum or a decay of 0 is none
                    setattr(self.optimizer, option, tf.constant(value, dtype=tf.float64))
            self.momentum = MOMENTUM_NAME.get(name, "beta_1")
            self.variables = [tf.Variable(to_keras(part), dtype=tf.float64) for part in cut(theta, shapes)]

        def step(self, gradients, rate, momentum):
            self.optimizer.learning_rate = rate
            if momentum is not None:
                setattr(self.optimizer, self.momentum, tf.constant(momentum, dtype=tf.float64))
            self.optimizer.apply_gradients(
                [(tf.constant(to_keras(part), dtype=tf.float64), each) for part, each in zip(gradients, self.variables)]
            )

        def read(self):
            return [from_keras(each.numpy()).copy() for each in self.variables]

        def write(self, parts):
            for variable, part in zip(self.variables, parts):
                variable.assign(to_keras(part))

        def evaluation(self):
            return None

    make = lambda name: (
        lambda shapes, theta, settings, transforms, accumulated=False: Engine(
            name, shapes, theta, settings, transforms, accumulated
        )
    )
    variants = {**VARIANTS, "nadam": VARIANTS["nadam"] + [{**VARIANTS["nadam"][0], "momentumDecay": 0.5}]}
    names = [name for name in KERAS if name in later or hasattr(legacy, KERAS[name][0])]
    return golden(
        {"tf_keras": tf_keras.__version__},
        {name: given(make(name), variants[name], name) for name in names},
        keras=True,
    )


def torch_engine(optimizer_of, own_of, change_momentum):
    import torch
    from torch.nn.utils import clip_grad_norm_, clip_grad_value_
    from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

    class Net(torch.nn.Module):
        def __init__(self, parts):
            super().__init__()
            self.all = torch.nn.ParameterList([torch.nn.Parameter(torch.tensor(to_torch(part))) for part in parts])

    class Engine:
        accumulates = False

        def __init__(self, shapes, theta, settings, transforms, accumulated=False):
            self.net, self.transforms = Net(cut(theta, shapes)), transforms
            self.own = {"momentum", "weightAverage", *CLIPS} | own_of(transforms)
            if "l2" in transforms and "l2" not in self.own and any(key in transforms for key in CLIPS):
                self.own -= set(CLIPS)  # clipped before the penalty is added
            self.optimizer = optimizer_of(
                list(self.net.all), settings, {key: transforms[key] for key in self.own & transforms.keys()}
            )
            share = transforms.get("weightAverage")
            self.averaged = None if share is None else AveragedModel(self.net, multi_avg_fn=get_ema_multi_avg_fn(share))

        def step(self, gradients, rate, momentum):
            parameters, added = (
                list(self.net.all),
                {key: self.transforms[key] for key in self.own & self.transforms.keys()},
            )
            if hasattr(self.optimizer, "train"):
                self.optimizer.train()
            for group in self.optimizer.param_groups:
                group["lr"] = rate * group.get("ratio", 1)
                if momentum is not None:
                    change_momentum(self.optimizer, group, momentum)
            for parameter, part in zip(parameters, gradients):
                parameter.grad = torch.tensor(to_torch(part))
            if "clipValue" in added:
                clip_grad_value_(parameters, added["clipValue"])
            if "clipNorm" in added:
                for parameter in parameters:
                    clip_grad_norm_([parameter], added["clipNorm"])
            if "globalClipNorm" in added:
                clip_grad_norm_(parameters, added["globalClipNorm"])
            self.optimizer.step()
            if self.averaged is not None:
                self.averaged.update_parameters(self.net)

        def numbers(self, net):
            return [from_torch(each.detach().numpy()).copy() for each in net.all]

        def read(self):
            if hasattr(self.optimizer, "train"):
                self.optimizer.train()
            return self.numbers(self.net)

        def write(self, parts):
            with torch.no_grad():
                for parameter, part in zip(self.net.all, parts):
                    parameter.copy_(torch.tensor(to_torch(part)))

        def evaluation(self):
            if self.averaged is not None:
                return self.numbers(self.averaged.module)
            if not hasattr(self.optimizer, "eval"):
                return None
            self.optimizer.eval()
            found = self.numbers(self.net)
            self.optimizer.train()
            return found

    return Engine


TORCH_ADAM = {"epsilon": "eps"}
TORCH = {
    "sgd": ("SGD", {"momentum": "momentum", "nesterov": "nesterov", "dampening": "dampening"}),
    "adam": ("Adam", TORCH_ADAM),
    "amsgrad": ("Adam", TORCH_ADAM),
    "adamw": ("AdamW", {**TORCH_ADAM, "weightDecay": "weight_decay"}),
    "nadam": ("NAdam", {**TORCH_ADAM, "momentumDecay": "momentum_decay"}),
    "radam": ("RAdam", TORCH_ADAM),
    "adamax": ("Adamax", TORCH_ADAM),
    "rmsprop": ("RMSprop", {"rho": "alpha", "momentum": "momentum", "epsilon": "eps", "centered": "centered"}),
    "adagrad": (
        "Adagrad",
        {"initialAccumulator": "initial_accumulator_value", "epsilon": "eps", "lrDecay": "lr_decay"},
    ),
    "adadelta": ("Adadelta", {"rho": "rho", "epsilon": "eps"}),
    "adafactor": ("Adafactor", {"beta2Decay": "beta2_decay", "clipThreshold": "d", "weightDecay": "weight_decay"}),
}
TORCH_MUON = {
    "adjustLearningRate": "adjust_lr_fn",
    "momentum": "momentum",
    "nesterov": "nesterov",
    "weightDecay": "weight_decay",
}
DECOUPLED = ("adam", "amsgrad", "nadam", "radam")  # have decoupled_weight_decay


def pytorch():
    import torch

    torch.set_default_dtype(torch.float64)

    torch.bfloat16 = torch.float64  # Muon would round its iterations

    class Muon(torch.optim.Muon):
        """PyTorch's Muon accepts matrices only. AdamW updates the others, as in the example of its documentation."""

        def __init__(self, parameters, settings):
            matrices = [each for each in parameters if each.ndim == 2]
            super().__init__(
                matrices,
                settings["learningRate"],
                **{TORCH_MUON[key]: value for key, value in settings.items() if key in TORCH_MUON},
            )
            options = dict(
                lr=1,
                betas=(settings["beta1"], settings["beta2"]),
                eps=settings["epsilon"],
                weight_decay=settings["adamWeightDecay"],
            )
            self.others = torch.optim.AdamW([each for each in parameters if each.ndim != 2], **options)
            self.ratio = settings["adamLearningRateRatio"]

        def step(self):
            super().step()
            self.others.param_groups[0]["lr"] = self.ratio * self.param_groups[0]["lr"]
            self.others.step()

    def own_of(name):
        penalty = name not in ("adamw", "adafactor", "muon")

        def own(transforms):
            both = "l2" in transforms and "decoupledWeightDecay" in transforms
            return (set() if both or not penalty else {"l2"}) | (
                {"decoupledWeightDecay"} if not both and name in DECOUPLED else set()
            )

        return own

    def optimizer_of(name):
        if name == "muon":
            return lambda parameters, settings, _: Muon(parameters, settings)
        kind, names = TORCH[name]

        def make(parameters, settings, added):
            options = {names[key]: value for key, value in settings.items() if key in names}
            options["lr"] = settings["learningRate"]
            if "beta1" in settings:
                options["betas"] = (settings["beta1"], settings["beta2"])
            if (
                name == "adafactor"
            ):  # by default, epsilon1 is that of the precision; training in float32 has that of float32
                options["eps"] = (settings.get("epsilon1", 2**-23), settings.get("epsilon2", 1e-3))
            if "l2" in added:
                options["weight_decay"] = added["l2"]
            if "decoupledWeightDecay" in added:
                options.update(weight_decay=added["decoupledWeightDecay"], decoupled_weight_decay=True)
            return getattr(torch.optim, kind)(parameters, **EXTRA.get(name, {}), **options)

        return make

    def change_momentum(_, group, value):
        if "betas" in group:
            group["betas"] = (value, group["betas"][1])
        else:
            group["momentum"] = value

    more = {
        "sgd": [{"learningRate": 0.02, "momentum": 0.8, "dampening": 0.3}],
        "adagrad": [{**VARIANTS["adagrad"][0], "lrDecay": 0.05}],
        "nadam": [{**VARIANTS["nadam"][0], "momentumDecay": 0.3}],
        "muon": [
            {**VARIANTS["muon"][0], "adjustLearningRate": how} for how in ("match_rms_adamw", "spectral_unclamped")
        ],
        "adafactor": [{**VARIANTS["adafactor"][0], "clipThreshold": 1.2, "epsilon1": 1e-3, "weightDecay": 0.2}],
    }
    # PyTorch's Adafactor accepts no threshold below 1.
    least = {
        "adafactor": [{**each, "clipThreshold": max(1.2, each["clipThreshold"])} for each in VARIANTS["adafactor"]]
    }
    make = lambda name: torch_engine(optimizer_of(name), own_of(name), change_momentum)
    optimizers = {
        name: given(make(name), least.get(name, VARIANTS[name]) + more.get(name, []), name) for name in [*TORCH, "muon"]
    }
    return golden({"torch": torch.__version__.split("+")[0]}, optimizers, keras=False)


def author():
    import importlib.metadata

    import schedulefree
    import torch
    from lamb import Lamb

    class Lion(torch.optim.Optimizer):
        """Chen et al. 2023, algorithm 2."""

        def __init__(self, parameters, beta1, beta2, weightDecay):
            super().__init__(parameters, dict(lr=1, beta1=beta1, beta2=beta2, decay=weightDecay))

        @torch.no_grad()
        def step(self):
            for group in self.param_groups:
                for p in group["params"]:
                    m = self.state[p].setdefault("m", torch.zeros_like(p))
                    direction = torch.sign(group["beta1"] * m + (1 - group["beta1"]) * p.grad)
                    p -= group["lr"] * (direction + group["decay"] * p)
                    m.mul_(group["beta2"]).add_(p.grad, alpha=1 - group["beta2"])

    class Muon(torch.optim.Optimizer):
        """KellerJordan/Muon's algorithm with its AdamW for all but hidden matrices, without rounding to bfloat16."""

        def __init__(self, parameters, settings):
            hidden = parameters[2:3]  # none where there is one layer
            rest = [p for i, p in enumerate(parameters) if i != 2]
            groups = [dict(params=rest, muon=False, ratio=settings["adamLearningRateRatio"])]
            super().__init__(groups + [dict(params=hidden, muon=True) for _ in hidden], dict(lr=1))
            self.settings = {"nesterov": True, **settings}

        def orthogonal(self, x):
            x = x.reshape(len(x), -1)
            wide = x.mT if x.size(0) > x.size(1) else x
            wide = wide / (wide.norm() + 1e-7)
            for _ in range(5):
                gram = wide @ wide.mT
                wide = 3.4445 * wide + (-4.7750 * gram + 2.0315 * gram @ gram) @ wide
            result = wide.mT if x.size(0) > x.size(1) else wide
            return result * max(1, x.size(0) / x.size(1)) ** 0.5

        @torch.no_grad()
        def step(self):
            own = self.settings
            for group in self.param_groups:
                for p in group["params"]:
                    state = self.state[p]
                    if not state:
                        state.update(t=0, m=torch.zeros_like(p), v=torch.zeros_like(p))
                    state["t"] += 1
                    if group["muon"]:
                        state["m"].lerp_(p.grad, 1 - own["momentum"])
                        ahead = p.grad.lerp(state["m"], own["momentum"]) if own["nesterov"] else state["m"]
                        p.mul_(1 - group["lr"] * own["weightDecay"])
                        p.add_(self.orthogonal(ahead).reshape(p.shape), alpha=-group["lr"])
                    else:
                        state["m"].lerp_(p.grad, 1 - own["beta1"])
                        state["v"].lerp_(p.grad.square(), 1 - own["beta2"])
                        m = state["m"] / (1 - own["beta1"] ** state["t"])
                        v = state["v"] / (1 - own["beta2"] ** state["t"])
                        p.mul_(1 - group["lr"] * own["adamWeightDecay"])
                        p.add_(m / (v.sqrt() + own["epsilon"]), alpha=-group["lr"])

    without_rate = lambda settings: {key: value for key, value in settings.items() if key != "learningRate"}
    averaging = {
        "weightDecay": "weight_decay",
        "warmupSteps": "warmup_steps",
        "weightLearningRatePower": "weight_lr_power",
        "epsilon": "eps",
    }

    def schedule_free(kind):
        def make(parameters, settings, _):
            options = {averaging.get(key, key): value for key, value in without_rate(settings).items()}
            if "beta1" in options:
                options["betas"] = (options.pop("beta1"), options.pop("beta2", 0.999))
            optimizer = getattr(schedulefree, kind)(parameters, lr=settings["learningRate"], foreach=False, **options)
            for parameter in parameters:  # as its first step would, but before weights decay
                optimizer.state[parameter].update(z=parameter.detach().clone(), exp_avg_sq=torch.zeros_like(parameter))
            return optimizer

        return make

    makers = {
        "lion": lambda parameters, settings, _: Lion(parameters, **without_rate(settings)),
        "lamb": lambda parameters, settings, _: Lamb(parameters, **without_rate(settings)),
        "muon": lambda parameters, settings, _: Muon(parameters, without_rate(settings)),
        "scheduleFreeSgd": schedule_free("SGDScheduleFree"),
        "scheduleFreeAdamw": schedule_free("AdamWScheduleFree"),
    }
    lion, lamb = VARIANTS["lion"][0], VARIANTS["lamb"][0]
    variants = {
        **VARIANTS,
        "lion": [{**lion, "weightDecay": 0.2}, {**lion, "weightDecay": 0}],
        "lamb": [{**lamb, "weightDecay": 0.1}, {**lamb, "weightDecay": 0}],
        "scheduleFreeAdamw": [
            *VARIANTS["scheduleFreeAdamw"],
            {"learningRate": 0.02, "beta1": 0.7, "weightDecay": 0.1, "r": 1, "weightLearningRatePower": 1},
        ],
    }

    def change_momentum(optimizer, group, value):
        if "beta1" in group:
            group["beta1"] = value
        else:
            optimizer.settings["momentum"] = value

    versions = {"torch": torch.__version__.split("+")[0], "schedulefree": importlib.metadata.version("schedulefree")}
    optimizers = {}
    for name, maker in makers.items():
        own_average = name.startswith("scheduleFree")  # is evaluated at separate weights
        refused = lambda settings, added, own=own_average: decays(settings, added) or (own and "weightAverage" in added)
        make = torch_engine(maker, lambda _: set(), change_momentum)
        optimizers[name] = given(make, variants[name], name, refused)
    return golden(versions, optimizers, keras=False)


if __name__ == "__main__":
    sources = {"keras3": keras3, "keras2": keras2, "pytorch": pytorch, "author": author}
    if len(sys.argv) == 1:  # the frameworks do not bear one another in one process
        for source in sources:
            subprocess.run([sys.executable, __file__, source], check=True)
    else:
        folder = pathlib.Path(__file__).parent / "transforms"
        folder.mkdir(exist_ok=True)
        found = sources[sys.argv[1]]()
        (folder / f"{sys.argv[1]}.json").write_text(json.dumps(found) + "\n")
        print(sys.argv[1], len(found["cases"]), "and", len(found["accumulated"]["cases"]), "accumulated")
