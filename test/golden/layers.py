"""Golden files for residual networks and the layers that training.py lacks, in double precision: Keras 3 and PyTorch
train them from given weights, all of them or without frozen layers (Keras' `trainable = False`; PyTorch's
`requires_grad_(False)` and, for batch normalisation, `eval()`).

Usage: python layers.py      (writes training/*-{residual,frozen}-*.json beside this file, in the form of training.py)
Needs: pip install torch keras numpy

Keras runs on PyTorch here: on TensorFlow it passes constants through float32, and cannot differentiate groups on a CPU.
Parameters are listed in optimbench's order: a residual's layers, then its shortcut. Frozen ones are not listed.
"""

import json
import os
import pathlib

import numpy as np

os.environ["KERAS_BACKEND"] = "torch"
import keras
import torch
from noise import noise
from torch import nn

keras.config.set_floatx("float64")
torch.set_default_dtype(torch.float64)

STRIDE, COUNT, BATCH, EPOCHS = 7, 40, 16, 2


def conv(filters, kernel=3, **more):
    return {"type": "conv2d", "filters": filters, "kernelSize": kernel, "padding": "same", **more}


def depthwise(kernel=3, **more):
    return {"type": "depthwiseConv2d", "kernelSize": kernel, "padding": "same", **more}


def residual(layers, **more):
    return {"type": "residual", "layers": layers, **more}


def activation(name, **more):
    return {"type": "activation", "activation": name, **more}


POOLS = residual([{"type": "globalMaxPool2d"}], shortcut=[{"type": "globalAveragePool2d"}])
HEAD = [
    residual([{"type": "dense", "units": 12, "activation": "tanh"}], activation="leakyRelu"),
    {"type": "dense", "units": 10},
]
ZOO = [
    residual([conv(3)]),  # on the image itself, which has no gradient
    conv(8, dilationRate=2, activation="selu"),
    {"type": "zeroPadding2d", "padding": [[1, 2], [0, 1]]},
    residual(
        [conv(12, groups=4, strides=2, activation="leakyRelu"), depthwise(), {"type": "groupNorm", "groups": 3}],
        shortcut=[conv(12, 1, strides=2, useBias=False)],
        activation="relu",
    ),
    residual(
        [
            {"type": "layerNorm"},
            residual([depthwise([2, 3], depthMultiplier=2, activation="silu"), conv(12, 1)]),
            activation("leakyRelu", negativeSlope=0.3),
        ]
    ),
    conv(12, [3, 2], padding="valid", dilationRate=[2, 1], groups=2, activation="elu"),
    {"type": "groupNorm", "groups": -1, "center": False},
    {"type": "layerNorm", "scale": False},
    POOLS,
    *HEAD,
]
# Blocks as in He et al. 2016, with batch normalisation in both branches; both begin by pooling the output of a ReLU.
RESNET = [
    conv(8, activation="relu"),
    residual(
        [{"type": "maxPool2d"}, conv(12, useBias=False), {"type": "batchNorm2d"}],
        shortcut=[{"type": "maxPool2d"}, conv(12, 1, useBias=False), {"type": "batchNorm2d"}],
        activation="relu",
    ),
    residual(
        [
            conv(12, useBias=False, activation="relu"),
            {"type": "batchNorm2d"},
            residual([conv(12, 1)], activation="relu"),
        ]
    ),
    POOLS,
    *HEAD,
]
ADAM = {"name": "adam", "learningRate": 3e-3}
MOMENTUM = {"name": "sgd", "learningRate": 0.03, "momentum": 0.9}
# With clipping and weight decay, from which frozen parameters are excluded.
CLIPPED = {
    "keras3": {**MOMENTUM, "decoupledWeightDecay": 0.1, "globalClipNorm": 1},
    "pytorch": {**MOMENTUM, "globalClipNorm": 1},
}
FIRST = ["conv2d_0", "residual_0"]
MIDDLE = ["residual_1", "residual_3"]
CASES = [
    dict(name="residual-layers", framework="keras3", layers=ZOO, shape=[11, 10, 3], optimizer=MOMENTUM),
    dict(name="residual-layers", framework="pytorch", layers=ZOO, shape=[11, 10, 3], optimizer=ADAM),
    dict(name="residual-batch-norm", framework="keras3", layers=RESNET, shape=[10, 8, 2], optimizer=MOMENTUM),
    dict(name="residual-batch-norm", framework="pytorch", layers=RESNET, shape=[10, 8, 2], optimizer=MOMENTUM),
    *(
        dict(name=name, framework=framework, layers=RESNET, shape=[10, 8, 2], optimizer=optimizer, frozen=frozen)
        for framework, optimizer in CLIPPED.items()
        for name, frozen in (("frozen-first", FIRST), ("frozen-middle", MIDDLE))
    ),
]


def is_frozen(case, name):
    return any(f"{name}.".startswith(f"{each}.") for each in case.get("frozen", []))


def numbered(layers, prefix):
    """Each layer with optimbench's name."""
    seen = {}
    for layer in layers:
        kind = layer["type"]
        seen[kind] = seen.get(kind, -1) + 1
        yield layer, f"{prefix}{kind}_{seen[kind]}"


def pair(value):
    return value if isinstance(value, list) else [value, value]


def draw(shape, kind, seeds):
    fan = np.prod(shape) / shape[0]
    limit = np.sqrt(6 / (fan + shape[0])) if kind == "weight" else 0.1
    values = (noise(int(np.prod(shape)), next(seeds)) * 2 - 1) * limit + (1 if kind == "scale" else 0)
    return values.astype("float32").astype("float64").reshape(shape)


def optimbench_shapes(layer, channels):
    """[(kind, shape)] in optimbench's order, for an input of `channels` channels."""
    kind = layer["type"]
    bias = [("bias", None)] if layer.get("useBias", True) else []
    if kind == "conv2d":
        outputs, shape = (
            layer["filters"],
            [layer["filters"], *pair(layer["kernelSize"]), channels // layer.get("groups", 1)],
        )
    elif kind == "depthwiseConv2d":
        outputs = channels * layer.get("depthMultiplier", 1)
        shape = [outputs, *pair(layer["kernelSize"]), 1]
    elif kind == "dense":
        outputs, shape = layer["units"], [layer["units"], channels]
    elif kind.endswith("Norm") or kind == "batchNorm2d":
        return [(key, [channels]) for key in ("scale", "center") if layer.get(key, True)]
    else:
        return []
    return [("weight", shape)] + [("bias", [outputs]) for _ in bias]


# ---- Keras ----

KERAS_ACTIVATION = {"leakyRelu": "leaky_relu"}
KERAS_SETTINGS = {
    "learningRate": "learning_rate",
    "decoupledWeightDecay": "weight_decay",
    "globalClipNorm": "global_clipnorm",
}


def keras_layer(layer, channels):
    kind = layer["type"]
    function = KERAS_ACTIVATION.get(layer.get("activation"), layer.get("activation"))
    norm = {key: layer[key] for key in ("center", "scale") if key in layer}
    if kind in ("conv2d", "depthwiseConv2d"):
        common = dict(
            strides=layer.get("strides", 1),
            padding=layer["padding"],
            dilation_rate=layer.get("dilationRate", 1),
            activation=function,
            use_bias=layer.get("useBias", True),
        )
        if kind == "conv2d":
            return keras.layers.Conv2D(layer["filters"], layer["kernelSize"], groups=layer.get("groups", 1), **common)
        return keras.layers.DepthwiseConv2D(
            layer["kernelSize"], depth_multiplier=layer.get("depthMultiplier", 1), **common
        )
    if kind == "activation":
        return (
            keras.layers.LeakyReLU(negative_slope=layer["negativeSlope"])
            if "negativeSlope" in layer
            else keras.layers.Activation(function)
        )
    if kind == "dense":
        return keras.layers.Dense(layer["units"], activation=function)
    return {
        "zeroPadding2d": lambda: keras.layers.ZeroPadding2D(layer["padding"]),
        "maxPool2d": lambda: keras.layers.MaxPooling2D(2),
        "globalMaxPool2d": keras.layers.GlobalMaxPooling2D,
        "globalAveragePool2d": keras.layers.GlobalAveragePooling2D,
        "layerNorm": lambda: keras.layers.LayerNormalization(**norm),
        "groupNorm": lambda: keras.layers.GroupNormalization(layer["groups"], **norm),
        "batchNorm2d": keras.layers.BatchNormalization,
    }[kind]()


def to_keras(layer, value):
    if layer["type"] == "depthwiseConv2d" and value.ndim == 4:
        outputs, height, width, _ = value.shape
        each = layer.get("depthMultiplier", 1)
        return value.reshape(outputs // each, each, height, width).transpose(2, 3, 0, 1)
    return value.transpose(1, 2, 3, 0) if value.ndim == 4 else value.T


def from_keras(layer, value):
    if layer["type"] == "depthwiseConv2d" and value.ndim == 4:
        height, width, channels, each = value.shape
        return value.transpose(2, 3, 0, 1).reshape(channels * each, height, width, 1)
    return value.transpose(3, 0, 1, 2) if value.ndim == 4 else value.T


def keras_chain(layers, x, made, prefix=""):
    for layer, name in numbered(layers, prefix):
        if layer["type"] == "residual":
            y = keras_chain(layer["layers"], x, made, f"{name}.")
            x = keras.layers.Add()([y, keras_chain(layer.get("shortcut", []), x, made, f"{name}.shortcut.")])
            if "activation" in layer:
                x = keras.layers.Activation(KERAS_ACTIVATION.get(layer["activation"], layer["activation"]))(x)
        else:
            made.append((layer, x.shape[-1], keras_layer(layer, x.shape[-1]), name))
            x = made[-1][2](x)
    return x


def run_keras(case, x, labels):
    made, seeds = [], iter(range(1, 1000))
    image = keras.layers.Input(case["shape"])
    net = keras.Model(image, keras.layers.Softmax()(keras_chain(case["layers"], image, made)))
    for layer, channels, built, name in made:
        shapes = optimbench_shapes(layer, channels)
        assert len(shapes) == len(built.trainable_variables), layer
        for variable, (kind, shape) in zip(built.trainable_variables, shapes):
            variable.assign(to_keras(layer, draw(shape, kind, seeds)))
        built.trainable = not is_frozen(case, name)
    settings = dict(case["optimizer"])
    optimizer = {"adam": keras.optimizers.Adam, "sgd": keras.optimizers.SGD}[settings.pop("name")]
    for name, theirs in KERAS_SETTINGS.items():
        if name in settings:
            settings[theirs] = settings.pop(name)
    net.compile(optimizer=optimizer(**settings), loss="sparse_categorical_crossentropy")
    losses = []
    for part in parts():
        if "batchNorm2d" not in json.dumps(case["layers"]):
            p = net(x[part]).detach().numpy()
            losses.append(float(-np.log(p[np.arange(len(p)), labels[part]]).mean()))
        net.train_on_batch(x[part], labels[part])
    parameters = [from_keras(layer, v.numpy()) for layer, _, built, _ in made for v in built.trainable_variables]
    return losses, parameters, net(x[:4], training=False).detach().numpy()


# ---- PyTorch ----

TORCH_ACTIVATION = {
    "relu": nn.ReLU,
    "leakyRelu": nn.LeakyReLU,
    "selu": nn.SELU,
    "elu": nn.ELU,
    "silu": nn.SiLU,
    "tanh": nn.Tanh,
}


class SamePadding(nn.Module):
    """TensorFlow's: ceil(input / stride) windows, the extra row or column at the end."""

    def __init__(self, reach, strides):
        super().__init__()
        self.reach, self.strides = reach, strides

    def forward(self, x):
        sides = []
        for size, reach, stride in zip(x.shape[2:], self.reach, self.strides):
            total = max((-(-size // stride) - 1) * stride + reach - size, 0)
            sides = [total // 2, total - total // 2] + sides
        return nn.functional.pad(x, sides)


class ChannelsLayerNorm(nn.LayerNorm):
    def forward(self, x):
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)


class WithoutCenter(nn.Module):
    """A normalisation that learns only its factor."""

    def __init__(self, norm):
        super().__init__()
        norm.bias.data.zero_()
        norm.bias.requires_grad_(False)
        self.norm = norm

    def forward(self, x):
        return self.norm(x)


class WithoutScale(nn.Module):
    def __init__(self, norm):
        super().__init__()
        norm.weight.data.fill_(1)
        norm.weight.requires_grad_(False)
        self.norm = norm

    def forward(self, x):
        return self.norm(x)


class Residual(nn.Module):
    def __init__(self, layers, shortcut, function):
        super().__init__()
        self.layers, self.shortcut, self.function = layers, shortcut, function

    def forward(self, x):
        return self.function(self.layers(x) + self.shortcut(x))


def torch_chain(layers, channels, seeds, made, prefix=""):
    modules = []
    for layer, name in numbered(layers, prefix):
        kind = layer["type"]
        function = TORCH_ACTIVATION[layer["activation"]] if "activation" in layer else nn.Identity
        if kind == "residual":
            main, out = torch_chain(layer["layers"], channels, seeds, made, f"{name}.")
            shortcut, _ = torch_chain(layer.get("shortcut", []), channels, seeds, made, f"{name}.shortcut.")
            modules.append(Residual(main, shortcut, function()))
            channels = out
            continue
        module, outputs = torch_layer(layer, channels, modules)
        values = [(k, draw(shape, k, seeds)) for k, shape in optimbench_shapes(layer, channels)]
        for key, value in values:
            target = module.weight if key in ("weight", "scale") else module.bias
            target.data = torch.tensor(value.transpose(0, 3, 1, 2).copy() if value.ndim == 4 else value)
        if not layer.get("center", True):
            module = WithoutCenter(module)
        if not layer.get("scale", True):
            module = WithoutScale(module)
        modules.append(module)
        made.append((module, name))
        if "activation" in layer and kind != "activation":
            modules.append(function())
        channels = outputs
    return nn.Sequential(*modules), channels


def torch_layer(layer, channels, before):
    kind = layer["type"]
    if kind in ("conv2d", "depthwiseConv2d"):
        kernel, strides, dilation = (
            pair(layer["kernelSize"]),
            pair(layer.get("strides", 1)),
            pair(layer.get("dilationRate", 1)),
        )
        if layer["padding"] == "same":
            before.append(SamePadding([(k - 1) * d + 1 for k, d in zip(kernel, dilation)], strides))
        each = kind == "depthwiseConv2d"
        outputs = channels * layer.get("depthMultiplier", 1) if each else layer["filters"]
        groups = channels if each else layer.get("groups", 1)
        return nn.Conv2d(
            channels, outputs, kernel, stride=strides, dilation=dilation, groups=groups, bias=layer.get("useBias", True)
        ), outputs
    if kind == "dense":
        before.append(nn.Flatten())
        return nn.Linear(channels, layer["units"]), layer["units"]
    if kind == "activation":
        return (
            nn.LeakyReLU(layer["negativeSlope"])
            if "negativeSlope" in layer
            else TORCH_ACTIVATION[layer["activation"]]()
        ), channels
    return {
        "zeroPadding2d": lambda: nn.ZeroPad2d([*layer["padding"][1], *layer["padding"][0]]),
        "maxPool2d": lambda: nn.MaxPool2d(2),
        "globalMaxPool2d": lambda: nn.Sequential(nn.AdaptiveMaxPool2d(1), nn.Flatten()),
        "globalAveragePool2d": lambda: nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()),
        "layerNorm": lambda: ChannelsLayerNorm(channels),
        "groupNorm": lambda: nn.GroupNorm(channels if layer["groups"] == -1 else layer["groups"], channels),
        "batchNorm2d": lambda: nn.BatchNorm2d(channels),
    }[kind](), channels


def run_pytorch(case, x, labels):
    x, y = torch.tensor(x).permute(0, 3, 1, 2), torch.tensor(labels)
    made = []
    net, _ = torch_chain(case["layers"], case["shape"][2], iter(range(1, 1000)), made)
    for module, name in made:
        if is_frozen(case, name):
            module.requires_grad_(False).eval()
    settings = dict(case["optimizer"])
    optimizer = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD}[settings.pop("name")]
    settings["lr"] = settings.pop("learningRate")
    most = settings.pop("globalClipNorm", None)
    learnt = [p for p in net.parameters() if p.requires_grad]
    optimizer = optimizer(learnt, **settings)
    losses = []
    for part in parts():
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(net(x[part]), y[part])
        loss.backward()
        losses.append(loss.item())
        if most is not None:
            nn.utils.clip_grad_norm_(net.parameters(), most)
        optimizer.step()
    net.eval()
    parameters = [(p.permute(0, 2, 3, 1) if p.ndim == 4 else p).detach().numpy() for p in learnt]
    return losses, parameters, torch.softmax(net(x[:4]), 1).detach().numpy()


def parts():
    return [slice(start, start + BATCH) for _ in range(EPOCHS) for start in range(0, COUNT, BATCH)]


folder = pathlib.Path(__file__).parent / "training"
for case in CASES:
    shape = case["shape"]
    pixels = (noise(COUNT * int(np.prod(shape)), 1000) * 256).astype("uint8").reshape(COUNT, *shape)
    labels = (noise(COUNT, 2000) * 10).astype("int64")
    keras3 = case["framework"] == "keras3"
    losses, parameters, probabilities = (run_keras if keras3 else run_pytorch)(case, pixels / 255.0, labels)
    flat = np.concatenate([np.ravel(p) for p in parameters])
    golden = {
        "version": keras.__version__ if keras3 else torch.__version__,
        **case,
        "count": COUNT,
        "batchSize": BATCH,
        "epochs": EPOCHS,
        "stride": STRIDE,
        "parameterCount": int(flat.size),
        "losses": losses,
        "parameters": flat[::STRIDE].tolist(),
        "probabilities": probabilities.ravel().tolist(),
    }
    (folder / f"{case['framework']}-{case['name']}.json").write_text(json.dumps(golden) + "\n")
    print(case["framework"], case["name"], losses, flat.size)
