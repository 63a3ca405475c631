"""Golden files for gradient transforms, which any optimizer accepts: weight decay, clipping, averaged weights.

Usage: python gradient_transforms.py      (writes gradient_transforms/<framework>-<optimizer>.json beside this file)
Needs: pip install torch keras numpy schedulefree

The parameters, gradients and frameworks are those of parameter_optimizers.py.
"""

import pathlib

import parameter_optimizers as base
import torch
from parameter_optimizers import keras
from torch.nn.utils import clip_grad_norm_, clip_grad_value_
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from vectors import from_keras, from_torch, joined, to_keras, to_torch

CASES = [
    {"decoupledWeightDecay": 0.1},
    {"clipValue": 0.5},
    {"clipNorm": 1.5},
    {"globalClipNorm": 2.0},
    {"weightAverage": 0.9},
    {"l2": 0.1, "clipValue": 0.7},
]
KERAS_NAMES = {
    "decoupledWeightDecay": "weight_decay",
    "clipValue": "clipvalue",
    "clipNorm": "clipnorm",
    "globalClipNorm": "global_clipnorm",
}


def keras_run(kind, settings, rates):
    options = {KERAS_NAMES[key]: value for key, value in settings.items() if key in KERAS_NAMES}
    if "weightAverage" in settings:
        options.update(use_ema=True, ema_momentum=settings["weightAverage"], ema_overwrite_frequency=None)
    optimizer = getattr(keras.optimizers, kind)(**options)
    variables = [keras.Variable(to_keras(part), dtype="float64") for part in base.parts_of(base.THETA)]
    read = lambda each: from_keras(keras.ops.convert_to_numpy(each))
    path, evaluation = [], []
    for t, rate in enumerate(rates, start=1):
        optimizer.learning_rate = rate
        parts = [to_keras(part) for part in base.parts_of(base.gradient(t))]
        optimizer.apply([keras.ops.convert_to_tensor(part, dtype="float64") for part in parts], variables)
        path.append(joined([read(each) for each in variables]))
        if "weightAverage" in settings:
            # The values that finalize_variable_values() would write into the variables.
            evaluation.append(joined([read(each) for each in optimizer._model_variables_moving_average]))
    return path, evaluation or None


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        tensors = [torch.nn.Parameter(torch.tensor(to_torch(part))) for part in base.parts_of(base.THETA)]
        self.all = torch.nn.ParameterList(tensors)


def torch_run(kind, settings, rates):
    net = Net()
    parameters = list(net.all)
    optimizer = getattr(torch.optim, kind)(parameters, weight_decay=settings.get("l2", 0))
    averaged = AveragedModel(net, multi_avg_fn=get_ema_multi_avg_fn(settings.get("weightAverage", 0)))
    read = lambda each: joined([from_torch(p.detach().numpy()) for p in each.all])
    path, evaluation = [], []
    for t, rate in enumerate(rates, start=1):
        optimizer.param_groups[0]["lr"] = rate
        for parameter, part in zip(parameters, base.parts_of(base.gradient(t))):
            parameter.grad = torch.tensor(to_torch(part))
        if "clipValue" in settings:
            clip_grad_value_(parameters, settings["clipValue"])
        if "clipNorm" in settings:
            for parameter in parameters:
                clip_grad_norm_([parameter], settings["clipNorm"])
        if "globalClipNorm" in settings:
            clip_grad_norm_(parameters, settings["globalClipNorm"])
        optimizer.step()
        path.append(read(net))
        if "weightAverage" in settings:
            averaged.update_parameters(net)
            evaluation.append(read(averaged.module))
    return path, evaluation or None


def cases(run, kind, left_out):
    kept = [each for each in CASES if left_out not in each]
    return [(each, lambda rates, each=each: run(kind, each, rates)) for each in kept]


if __name__ == "__main__":
    folder = pathlib.Path(__file__).parent / "gradient_transforms"
    folder.mkdir(exist_ok=True)
    rate = {"learningRate": 0.01}
    # Keras has no L2 penalty in its optimizers, and PyTorch's Adam and SGD no decoupled decay.
    for name, kind in (("sgd", "SGD"), ("adam", "Adam")):
        base.write(folder, "keras3", name, {"keras": keras.__version__}, rate, cases(keras_run, kind, "l2"))
        versions = {"torch": torch.__version__.split("+")[0]}
        base.write(folder, "pytorch", name, versions, rate, cases(torch_run, kind, "decoupledWeightDecay"))
