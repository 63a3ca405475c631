"""Golden files for saved models, and a check of real ones: plain PyTorch modules load the tensors of a saved model.

Usage: python saved_models.py
           writes saved_models/*.json beside this file: layers, a random state_dict of the equivalent modules, and
           the probabilities that these give
       python saved_models.py model.safetensors images.u8 height,width,channels probabilities.f32
           loads a saved model and prints the largest difference from the probabilities that optimbench predicted
Needs: pip install torch numpy safetensors
"""

import json
import pathlib
import sys
from collections import OrderedDict

import numpy as np
import torch
from torch import nn

torch.set_default_dtype(torch.float64)

ACTIVATIONS = {
    "relu": nn.ReLU, "elu": nn.ELU, "selu": nn.SELU, "gelu": nn.GELU, "silu": nn.SiLU, "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh, "softplus": nn.Softplus, "leakyRelu": nn.LeakyReLU,
}  # fmt: skip


class ChannelNorm(nn.LayerNorm):
    """LayerNorm over the channels of each pixel."""

    def forward(self, x):
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)


class Residual(nn.Sequential):
    """Children are the block's layers, and `shortcut`."""

    def __init__(self, layers, shortcut):
        super().__init__(layers)
        self.layers = list(layers.values())
        self.shortcut = shortcut

    def forward(self, x):
        y = x
        for layer in self.layers:
            y = layer(y)
        return y + self.shortcut(x)


def pair(value):
    return tuple(value) if isinstance(value, (list, tuple)) else (value, value)


def same_padding(size, reach, strides):
    """Left, right, top, bottom, as TensorFlow pads."""
    sides = []
    for length, window, stride in zip(size, reach, strides):
        total = max((-(-length // stride) - 1) * stride + window - length, 0)
        sides = [total // 2, total - total // 2] + sides
    return sides


def without(module, layer):
    """A normalisation that does not learn its factor, its offset or both."""
    if not layer.get("scale", True):
        module.register_parameter("weight", None)
    if not layer.get("center", True):
        module.register_parameter("bias", None)
    return module


def build(layers, shape, slope):
    """Modules by optimbench's names of layers. Activations are [samples, channels, height, width] throughout."""
    modules, seen = OrderedDict(), {}
    for layer in layers:
        kind = layer["type"]
        name = f"{kind}_{seen.setdefault(kind, 0)}"
        seen[kind] += 1
        added = OrderedDict(modules_of(layer, name, shape, slope))
        if "activation" in layer:
            made = (
                nn.LeakyReLU(layer.get("negativeSlope", slope))
                if layer["activation"] == "leakyRelu"
                else ACTIVATIONS[layer["activation"]]()
            )
            added[f"{name}_activation"] = made
        with torch.no_grad():
            shape = nn.Sequential(added).eval()(torch.zeros(1, *shape)).shape[1:]
        modules.update(added)
    return modules


def modules_of(layer, name, shape, slope):
    kind, channels, size = layer["type"], shape[0], shape[1:]
    if kind in ("conv2d", "depthwiseConv2d"):
        kernel, strides, dilation = (
            pair(layer["kernelSize"]),
            pair(layer.get("strides", 1)),
            pair(layer.get("dilationRate", 1)),
        )
        if layer.get("padding") == "same":
            yield (
                f"{name}_padding",
                nn.ZeroPad2d(same_padding(size, [(k - 1) * d + 1 for k, d in zip(kernel, dilation)], strides)),
            )
        each = kind == "depthwiseConv2d"
        filters = channels * layer.get("depthMultiplier", 1) if each else layer["filters"]
        groups = channels if each else layer.get("groups", 1)
        yield (
            name,
            nn.Conv2d(
                channels, filters, kernel, strides, dilation=dilation, groups=groups, bias=layer.get("useBias", True)
            ),
        )
    elif kind in ("maxPool2d", "averagePool2d"):
        window = pair(layer.get("poolSize", 2))
        strides, padding = pair(layer.get("strides", window)), (0, 0)
        if layer.get("padding") == "same":
            left, right, top, bottom = same_padding(size, window, strides)
            assert left == right and top == bottom, "PyTorch pads both sides alike"
            padding = (top, left)
        yield (
            name,
            (
                nn.MaxPool2d(window, strides, padding)
                if kind == "maxPool2d"
                else nn.AvgPool2d(window, strides, padding, count_include_pad=False)
            ),
        )
    elif kind in ("globalMaxPool2d", "globalAveragePool2d"):
        yield name, (nn.AdaptiveMaxPool2d if kind == "globalMaxPool2d" else nn.AdaptiveAvgPool2d)(1)
    elif kind == "batchNorm2d":
        yield name, without(nn.BatchNorm2d(channels, layer["epsilon"]), layer)
    elif kind == "layerNorm":
        yield name, without(ChannelNorm(channels, layer["epsilon"]), layer)
    elif kind == "groupNorm":
        yield (
            name,
            without(
                nn.GroupNorm(channels if layer["groups"] == -1 else layer["groups"], channels, layer["epsilon"]), layer
            ),
        )
    elif kind in ("dropout", "spatialDropout2d"):
        yield name, (nn.Dropout if kind == "dropout" else nn.Dropout2d)(layer["rate"])
    elif kind == "zeroPadding2d":
        rows, columns = pair(layer.get("padding", 1))
        yield name, nn.ZeroPad2d((*pair(columns), *pair(rows)))
    elif kind == "flatten":
        yield name, nn.Flatten()
        yield f"{name}_pixel", nn.Unflatten(1, (-1, 1, 1))  # optimbench has images of one pixel from here on
    elif kind == "dense":
        yield f"{name}_row", nn.Flatten()
        yield name, nn.Linear(channels, layer["units"], bias=layer.get("useBias", True))
        yield f"{name}_pixel", nn.Unflatten(1, (-1, 1, 1))
    elif kind == "residual":
        yield (
            name,
            Residual(
                build(layer["layers"], shape, slope), nn.Sequential(build(layer.get("shortcut", []), shape, slope))
            ),
        )
    else:
        assert kind == "activation", kind


def probabilities(net, pixels):
    """Of uint8 images [count, height, width, channels]."""
    with torch.no_grad():
        return torch.softmax(net.eval()(torch.tensor(pixels / 255.0).permute(0, 3, 1, 2)).flatten(1), 1).numpy()


NORM = {"epsilon": 1e-3}
BLOCK = {
    "type": "residual",
    "layers": [
        {"type": "conv2d", "filters": 6, "kernelSize": 3, "padding": "same", "useBias": False},
        {"type": "batchNorm2d", **NORM},
        {"type": "activation", "activation": "leakyRelu", "negativeSlope": 0.1},
        {
            "type": "residual",
            "layers": [
                {"type": "conv2d", "filters": 6, "kernelSize": 1},
                {"type": "batchNorm2d", **NORM, "center": False},
            ],
        },
    ],
    "shortcut": [{"type": "conv2d", "filters": 6, "kernelSize": 1}, {"type": "batchNorm2d", **NORM, "scale": False}],
    "activation": "relu",
}
CASES = {
    # Several pixels and several channels at flatten, and a fused convolution before it.
    "convolutions": (
        [6, 8, 3],
        [
            {"type": "conv2d", "filters": 4, "kernelSize": 3, "padding": "same", "activation": "relu"},
            {"type": "maxPool2d"},
            {
                "type": "conv2d",
                "filters": 5,
                "kernelSize": [2, 3],
                "padding": "same",
                "dilationRate": [2, 1],
                "activation": "gelu",
            },
            {"type": "depthwiseConv2d", "kernelSize": 3, "padding": "same", "depthMultiplier": 2, "activation": "silu"},
            {"type": "conv2d", "filters": 6, "kernelSize": 1, "groups": 2, "activation": "leakyRelu"},
            {"type": "dropout", "rate": 0.5},
            {"type": "flatten"},
            {"type": "dense", "units": 9, "activation": "tanh"},
            {"type": "dense", "units": 4},
        ],
    ),
    "normalisations": (
        [5, 7, 2],
        [
            {"type": "batchNorm2d", **NORM},
            {"type": "zeroPadding2d", "padding": [[1, 0], [0, 2]]},
            {"type": "conv2d", "filters": 6, "kernelSize": 3, "strides": 2, "padding": "same", "activation": "elu"},
            {"type": "groupNorm", "groups": 3, **NORM},
            {"type": "layerNorm", **NORM},
            {"type": "groupNorm", "groups": -1, **NORM, "center": False},
            {"type": "layerNorm", **NORM, "scale": False},
            {"type": "batchNorm2d", **NORM, "scale": False, "center": False},
            {"type": "averagePool2d", "poolSize": 3, "strides": 1, "padding": "same"},
            {"type": "maxPool2d", "poolSize": 3, "strides": 1, "padding": "same"},
            {"type": "spatialDropout2d", "rate": 0.3},
            {"type": "flatten"},
            {"type": "batchNorm2d", **NORM},
            {"type": "layerNorm", **NORM},
            {"type": "groupNorm", "groups": 9, **NORM},
            {"type": "conv2d", "filters": 10, "kernelSize": 1, "groups": 2, "activation": "softplus"},
            {"type": "dense", "units": 4, "useBias": False, "activation": "selu"},
        ],
    ),
    "residual-branches": (
        [6, 6, 3],
        [
            BLOCK,
            {
                "type": "residual",
                "layers": [
                    {"type": "depthwiseConv2d", "kernelSize": 3, "padding": "same", "useBias": False},
                    {"type": "groupNorm", "groups": 2, **NORM},
                ],
            },
            {"type": "maxPool2d"},
            {"type": "flatten"},
            {
                "type": "residual",
                "layers": [{"type": "dense", "units": 54, "activation": "sigmoid"}, {"type": "batchNorm2d", **NORM}],
            },
            {"type": "dense", "units": 4},
        ],
    ),
    "global-pools": (
        [5, 5, 2],
        [
            {
                "type": "residual",
                "layers": [{"type": "globalMaxPool2d"}],
                "shortcut": [{"type": "globalAveragePool2d"}, {"type": "batchNorm2d", **NORM}],
            },
            {"type": "dense", "units": 4},
        ],
    ),
}


def main():
    folder = pathlib.Path(__file__).with_suffix("")
    folder.mkdir(exist_ok=True)
    random = np.random.default_rng(3)
    for name, (shape, layers) in CASES.items():
        height, width, channels = shape
        net = nn.Sequential(build(layers, [channels, height, width], slope=0.01))
        tensors = {key: value for key, value in net.state_dict().items() if not key.endswith("num_batches_tracked")}
        for key, value in tensors.items():
            drawn = random.normal(0, 1, value.shape) / np.sqrt(max(1, value[0].numel())) + key.endswith("weight") * (
                value.ndim == 1
            )
            value.copy_(
                torch.tensor((np.abs(drawn) + 0.1 if key.endswith("running_var") else drawn).astype(np.float32))
            )
        pixels = random.integers(0, 256, (8, *shape))
        golden = {
            "torch": torch.__version__.split("+")[0],
            "layers": layers,
            "shape": shape,
            "pixels": pixels.ravel().tolist(),
            "tensors": {
                key: {
                    "shape": list(value.shape),
                    "values": value.ravel().numpy().astype(np.float32).astype(float).tolist(),
                }
                for key, value in tensors.items()
            },
            "probabilities": probabilities(net, pixels).ravel().tolist(),
        }
        (folder / f"{name}.json").write_text(json.dumps(golden) + "\n")
        print(name, probabilities(net, pixels)[0], sum(value.numel() for value in tensors.values()))


def check(model, images, shape, expected):
    from safetensors import safe_open

    with safe_open(model, "pt") as file:
        config = json.loads(file.metadata()["config"])
        tensors = {key: file.get_tensor(key) for key in file.keys()}
    height, width, channels = map(int, shape.split(","))
    net = nn.Sequential(
        build(config["model"]["layers"], [channels, height, width], 0.01 if config["semantics"] == "pytorch" else 0.2)
    )
    net.load_state_dict(tensors, strict=True)
    pixels = np.fromfile(images, np.uint8).reshape(-1, height, width, channels)
    found = probabilities(net, pixels)
    print(
        np.abs(found - np.fromfile(expected, np.float32).reshape(found.shape)).max(),
        "over",
        len(found),
        "images and",
        len(tensors),
        "tensors",
    )


main() if len(sys.argv) == 1 else check(*sys.argv[1:])
