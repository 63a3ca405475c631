"""Builds PyTorch's modules from a list of optimbench's layers with every default filled in."""

from collections import Counter, OrderedDict

import torch
from torch import nn

ACTIVATIONS = {"relu": lambda: nn.ReLU(inplace=True), "tanh": nn.Tanh}


class Sequence(nn.Sequential):
    """The modules of a list of layers, for inputs like `x` [1, channels, height, width].

    A strided convolution with "same" padding may need one more row or column of zeros on one side, as in TensorFlow.
    With `exact`, it has them. Otherwise both sides have them, which PyTorch can do without a separate operator: the
    output has the same size, but other values.
    """

    @torch.no_grad()
    def __init__(self, layers, x, exact=False):
        modules, counts = OrderedDict(), Counter()
        for layer in layers:
            kind = layer["type"]
            name = f"{kind}_{counts[kind]}"  # as in a saved model
            counts[kind] += 1
            for suffix, module in LAYERS[kind](layer, x, exact):
                modules[name + suffix] = module
                x = module.eval()(x)
        super().__init__(modules)
        self.train()


class Residual(nn.Module):
    def __init__(self, layer, x, exact):
        super().__init__()
        self.body = Sequence(layer["layers"], x, exact)
        self.shortcut = Sequence(layer["shortcut"], x, exact) if "shortcut" in layer else nn.Identity()
        self.activation = ACTIVATIONS[layer["activation"]]() if "activation" in layer else nn.Identity()

    def forward(self, x):
        return self.activation(self.body(x) + self.shortcut(x))


def both(size):
    return (size, size) if isinstance(size, int) else tuple(size)


def same_padding(layer, x):
    """The rows and columns of zeros of "same" padding: (before, after) per axis."""
    if layer["padding"] == "valid":
        return [(0, 0), (0, 0)]
    sides = []
    for n, k, s, d in zip(x.shape[2:], *(both(layer[key]) for key in ("kernelSize", "strides", "dilationRate"))):
        total = max(((n + s - 1) // s - 1) * s + (k - 1) * d + 1 - n, 0)
        sides.append((total // 2, total - total // 2))
    return sides


def convolution(layer, x, exact):
    channels = x.shape[1]
    depthwise = layer["type"] == "depthwiseConv2d"
    (top, bottom), (left, right) = same_padding(layer, x)
    padded = exact and (top, left) != (bottom, right)
    if padded:
        yield "_padding", nn.ZeroPad2d((left, right, top, bottom))
    yield (
        "",
        nn.Conv2d(
            channels,
            channels * layer["depthMultiplier"] if depthwise else layer["filters"],
            both(layer["kernelSize"]),
            stride=both(layer["strides"]),
            padding=0 if padded else (bottom, right),
            dilation=both(layer["dilationRate"]),
            groups=channels if depthwise else layer["groups"],
            bias=layer["useBias"],
        ),
    )
    yield from activation_of(layer)


def pooling(kind):
    def of(layer, x, exact):
        assert layer["padding"] == "valid", layer
        yield "", kind(both(layer["poolSize"]), stride=both(layer["strides"]))

    return of


def dense(layer, x, exact):
    yield "", nn.Linear(x.shape[1], layer["units"], bias=layer["useBias"])
    yield from activation_of(layer)


def activation_of(layer):
    if layer.get("activation"):
        yield "_activation", ACTIVATIONS[layer["activation"]]()


def batch_norm(layer, x, exact):
    assert layer["center"] and layer["scale"], layer
    yield "", nn.BatchNorm2d(x.shape[1], eps=layer["epsilon"], momentum=1 - layer["momentum"])


def global_average(layer, x, exact):
    yield "", nn.AdaptiveAvgPool2d(1)
    yield "_flatten", nn.Flatten()


LAYERS = {
    "conv2d": convolution,
    "depthwiseConv2d": convolution,
    "maxPool2d": pooling(nn.MaxPool2d),
    "averagePool2d": pooling(nn.AvgPool2d),
    "globalAveragePool2d": global_average,
    "batchNorm2d": batch_norm,
    "dropout": lambda layer, x, exact: [("", nn.Dropout(layer["rate"]))],
    "flatten": lambda layer, x, exact: [("", nn.Flatten())],
    "dense": dense,
    "activation": lambda layer, x, exact: activation_of(layer),
    "residual": lambda layer, x, exact: [("", Residual(layer, x, exact))],
}


def load(net, weights):
    """Sets all parameters and running statistics to those of a saved model, where a block's body has no prefix."""
    state = net.state_dict()
    given = {name: torch.from_numpy(weights.pop(name.replace(".body.", "."))) for name in state if not counts(name)}
    assert not weights, weights.keys()
    net.load_state_dict(given | {name: state[name] for name in state if counts(name)})


def counts(name):
    return name.endswith("num_batches_tracked")
