"""Golden files for Muon of Keras 3, of PyTorch and of its author, computed by their code in double precision.

Usage: python muon.py      (writes parameter_optimizers/<source>-muon.json beside this file)
Needs: pip install torch keras numpy schedulefree; muon.py of github.com/KellerJordan/Muon, saved as
       kellerjordan_muon.py where Python finds it

PyTorch's and the author's code round the iterations to bfloat16; here, bfloat16 is replaced by double precision.
PyTorch's Muon accepts matrices only, so its AdamW updates the others. The author's Muon is for the weights between the
first and the last layer: convolutions with large and small kernels, and dense layers, each with more and with fewer
outputs than inputs.
"""

import functools
import pathlib
from unittest import mock

import kellerjordan_muon
import keras_names
import parameter_optimizers as shared
import torch
from parameter_optimizers import keras, keras_defaults, keras_optimizer, keras_path, torch_path, write

shared.use([[3, 2, 2, 2], [3], [2, 3, 1, 3], [2], [6, 1, 1, 2], [5, 1, 2, 1], [5, 4], [5], [2, 5], [3, 2], [3]])
FIRST, LAST = 0, 9

KERAS = {"learningRate": "learning_rate", **keras_names.MUON}


class Both(torch.optim.Optimizer):
    """Two optimizers as one: one for matrices and one for the rest, whose rate is relative to that of the first."""

    def __init__(self, matrices, rest, ratio):
        self.each = [matrices, rest]
        self.param_groups = [*matrices.param_groups, *rest.param_groups]
        for group in rest.param_groups:
            group["ratio"] = ratio

    def step(self):
        for optimizer in self.each:
            optimizer.step()


def pytorch(settings):
    matrix = {
        "momentum": "momentum",
        "nesterov": "nesterov",
        "weightDecay": "weight_decay",
        "adjustLearningRate": "adjust_lr_fn",
    }
    other = {"epsilon": "eps", "adamWeightDecay": "weight_decay"}
    pick = lambda names: {names[key]: value for key, value in settings.items() if key in names}
    betas = (settings.get("beta1", 0.9), settings.get("beta2", 0.999))

    def make(parameters):
        matrices = [each for each in parameters if each.ndim == 2]
        rest = [each for each in parameters if each.ndim != 2]
        return Both(
            torch.optim.Muon(matrices, **pick(matrix)),
            torch.optim.AdamW(rest, betas=betas, **pick(other)),
            settings.get("adamLearningRateRatio", 1),
        )

    def run(rates):
        with mock.patch.object(torch, "bfloat16", torch.float64):
            return torch_path(make, rates)

    return run


def author(settings):
    matrix = {"momentum": "momentum", "weightDecay": "weight_decay"}
    other = {"epsilon": "eps", "adamWeightDecay": "weight_decay"}
    pick = lambda names: {names[key]: value for key, value in settings.items() if key in names}

    def make(parameters):
        hidden = [each for i, each in enumerate(parameters) if each.ndim > 1 and i not in (FIRST, LAST)]
        rest = [each for i, each in enumerate(parameters) if each.ndim == 1 or i in (FIRST, LAST)]
        groups = [dict(params=hidden, use_muon=True, **pick(matrix)), dict(params=rest, use_muon=False, **pick(other))]
        if "beta1" in settings:
            groups[1]["betas"] = (settings["beta1"], 0.95)
        optimizer = kellerjordan_muon.SingleDeviceMuonWithAuxAdam(groups)
        optimizer.param_groups[1]["ratio"] = settings.get(
            "adamLearningRateRatio", optimizer.param_groups[1]["lr"] / optimizer.param_groups[0]["lr"]
        )
        return optimizer

    def run(rates):
        update = functools.partial(kellerjordan_muon.muon_update, nesterov=settings.get("nesterov", True))
        with (
            mock.patch.object(torch.Tensor, "bfloat16", lambda x: x),
            mock.patch.object(kellerjordan_muon, "muon_update", update),
        ):
            return torch_path(make, rates)

    return run


def pytorch_defaults():
    matrix, other = torch.optim.Muon([torch.zeros(1, 1)]).defaults, torch.optim.AdamW([torch.zeros(1)]).defaults
    return {
        "learningRate": matrix["lr"],
        "momentum": matrix["momentum"],
        "nesterov": matrix["nesterov"],
        "adjustLearningRate": matrix["adjust_lr_fn"] or "original",
        "weightDecay": matrix["weight_decay"],
        "adamLearningRateRatio": other["lr"] / matrix["lr"],
        "beta1": other["betas"][0],
        "beta2": other["betas"][1],
        "epsilon": other["eps"],
        "adamWeightDecay": other["weight_decay"],
    }


def author_defaults():
    groups = [dict(params=[torch.zeros(1, 1)], use_muon=True), dict(params=[torch.zeros(1)], use_muon=False)]
    matrix, other = kellerjordan_muon.SingleDeviceMuonWithAuxAdam(groups).param_groups
    return {
        "learningRate": matrix["lr"],
        "momentum": matrix["momentum"],
        "nesterov": True,
        "weightDecay": matrix["weight_decay"],
        "adamLearningRateRatio": round(other["lr"] / matrix["lr"], 12),
        "beta1": other["betas"][0],
        "beta2": other["betas"][1],
        "epsilon": other["eps"],
        "adamWeightDecay": other["weight_decay"],
    }


folder = pathlib.Path(__file__).parent / "parameter_optimizers"
settings = [
    {},
    {"nesterov": False, "momentum": 0.8, "weightDecay": 0, "adamLearningRateRatio": 0.3, "adamWeightDecay": 0.1},
    {"weightDecay": 0, "adamWeightDecay": 0},
]
run = lambda each: lambda rates: keras_path(keras_optimizer("Muon", KERAS, each), rates)
write(
    folder,
    "keras3",
    "muon",
    {"keras": keras.__version__},
    keras_defaults("Muon", KERAS),
    [(each, run(each)) for each in settings],
)

versions = {"torch": torch.__version__.split("+")[0]}
settings = [
    {},
    {
        "nesterov": False,
        "momentum": 0.8,
        "weightDecay": 0,
        "adamLearningRateRatio": 0.3,
        "beta1": 0.5,
        "adamWeightDecay": 0,
    },
    {"adjustLearningRate": "match_rms_adamw"},
    {"adjustLearningRate": "spectral_unclamped", "weightDecay": 0.5, "epsilon": 1e-3},
]
write(folder, "pytorch", "muon", versions, pytorch_defaults(), [(each, pytorch(each)) for each in settings])

settings = [
    {},
    {"nesterov": False, "momentum": 0.8, "weightDecay": 0.1, "adamWeightDecay": 0.2, "adamLearningRateRatio": 0.5},
]
write(folder, "author", "muon", versions, author_defaults(), [(each, author(each)) for each in settings])
