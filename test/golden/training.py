"""Golden files for whole training steps: Keras 3 and PyTorch train small networks from given weights, in double
precision.

Usage: python training.py keras3; python training.py pytorch      (each writes training/*.json beside this file;
       separately, since TensorFlow and PyTorch do not always work in one process)
Needs: pip install torch keras tensorflow-cpu numpy

Images and initial weights come from a linear congruential generator that the test repeats, so the files have results
only: the loss of each step before its update, every STRIDE-th parameter at the end, and probabilities of the first
images. Parameters are listed in optimbench's order: conv2d [filters, height, width, channels], dense [units, inputs],
batchNorm2d scale then center.
"""

import json
import os
import pathlib
import sys

import numpy as np
from noise import noise

FRAMEWORK = sys.argv[1]
if FRAMEWORK == "keras3":
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import keras

    keras.config.set_floatx("float64")
    VERSION = keras.__version__
else:
    import torch
    from torch import nn

    torch.set_default_dtype(torch.float64)
    VERSION = torch.__version__

STRIDE = 37


def conv(filters, **more):
    return {"type": "conv2d", "filters": filters, "kernelSize": 3, "padding": "same", **more}


PAPER = [
    layer for filters in (32, 64, 64, 64) for layer in (conv(filters, activation="relu"), {"type": "maxPool2d"})
] + [
    {"type": "flatten"},
    {"type": "dense", "units": 128, "activation": "relu"},
    {"type": "dense", "units": 64, "activation": "relu"},
    {"type": "dense", "units": 10},
]
# Every layer kind but dropout, odd sizes, strides and TensorFlow's uneven 'same' padding.
ZOO = [
    conv(4, kernelSize=[3, 2], strides=2, activation="gelu"),
    {"type": "batchNorm2d", "momentum": 0.9, "epsilon": 1e-3},
    {"type": "activation", "activation": "elu"},
    {"type": "averagePool2d", "poolSize": 3, "strides": 2, "padding": "same"},
    conv(6, padding="valid", kernelSize=2, useBias=False, activation="silu"),
    {"type": "maxPool2d", "poolSize": 2, "strides": 1, "padding": "same"},
    {"type": "flatten"},
    {"type": "dense", "units": 12, "activation": "tanh"},
    {"type": "dense", "units": 9, "activation": "sigmoid"},
    {"type": "dense", "units": 8, "activation": "softplus"},
    {"type": "dense", "units": 7, "activation": "leakyRelu"},
    {"type": "dense", "units": 10},
]
PLAIN_BN = [
    conv(5, activation="relu"),
    {"type": "batchNorm2d", "momentum": 0.9, "epsilon": 1e-5},
    {"type": "maxPool2d"},
    {"type": "flatten"},
    {"type": "dense", "units": 10},
]

CASES = [
    dict(
        name="paper-cnn-adam",
        framework="keras3",
        layers=PAPER,
        shape=[28, 28, 1],
        optimizer={"name": "adam", "learningRate": 1e-3},
    ),
    dict(
        name="paper-cnn-rmsprop",
        framework="keras3",
        layers=PAPER,
        shape=[28, 28, 1],
        optimizer={"name": "rmsprop", "learningRate": 1e-3},
    ),
    dict(
        name="paper-cnn-momentum",
        framework="keras3",
        layers=PAPER,
        shape=[28, 28, 1],
        optimizer={"name": "sgd", "learningRate": 0.01, "momentum": 0.9},
    ),
    dict(
        name="layers-adam",
        framework="keras3",
        layers=ZOO,
        shape=[13, 11, 3],
        optimizer={"name": "adam", "learningRate": 1e-2},
    ),
    dict(
        name="paper-cnn-adam",
        framework="pytorch",
        layers=PAPER,
        shape=[28, 28, 1],
        optimizer={"name": "adam", "learningRate": 1e-3},
    ),
    dict(
        name="paper-cnn-nesterov",
        framework="pytorch",
        layers=PAPER,
        shape=[28, 28, 1],
        optimizer={"name": "sgd", "learningRate": 0.01, "momentum": 0.9, "nesterov": True},
    ),
    dict(
        name="batch-norm-adagrad",
        framework="pytorch",
        layers=PLAIN_BN,
        shape=[8, 8, 2],
        optimizer={"name": "adagrad", "learningRate": 1e-2},
    ),
]
COUNT, BATCH, EPOCHS = 40, 16, 2  # batches of 16, 16 and 8


def pair(value):
    return value if isinstance(value, list) else [value, value]


def initial(layers, shape):
    """Weights per layer with optimbench's shapes, drawn in order from one noise stream."""
    height, width, channels = shape
    weights, seed = [], 1
    for layer in layers:
        sizes = []
        if layer["type"] == "conv2d":
            kh, kw = pair(layer["kernelSize"])
            sizes = [("weight", [layer["filters"], kh, kw, channels])] + (
                [("bias", [layer["filters"]])] if layer.get("useBias", True) else []
            )
            sh, sw = pair(layer.get("strides", 1))
            height, width = (
                (-(-height // sh), -(-width // sw))
                if layer["padding"] == "same"
                else ((height - kh) // sh + 1, (width - kw) // sw + 1)
            )
            channels = layer["filters"]
        elif layer["type"].endswith("Pool2d"):
            ph, pw = pair(layer.get("poolSize", 2))
            sh, sw = pair(layer.get("strides", layer.get("poolSize", 2)))
            height, width = (
                (-(-height // sh), -(-width // sw))
                if layer.get("padding") == "same"
                else ((height - ph) // sh + 1, (width - pw) // sw + 1)
            )
        elif layer["type"] == "batchNorm2d":
            sizes = [("scale", [channels]), ("center", [channels])]
        elif layer["type"] == "flatten":
            height, width, channels = 1, 1, height * width * channels
        elif layer["type"] == "dense":
            sizes = [("weight", [layer["units"], channels]), ("bias", [layer["units"]])]
            channels = layer["units"]
        drawn = []
        for kind, size in sizes:
            values = noise(int(np.prod(size)), seed)
            seed += 1
            fan = np.prod(size) / size[0]
            limit = np.sqrt(6 / (fan + size[0])) if kind == "weight" else 0.1
            drawn.append(
                ((values * 2 - 1) * limit + (1 if kind == "scale" else 0))
                .astype("float32")
                .astype("float64")
                .reshape(size)
            )
        weights.append(drawn)
    return weights


def images(shape):
    pixels = (noise(COUNT * int(np.prod(shape)), 1000) * 256).astype("uint8").reshape(COUNT, *shape)
    labels = (noise(COUNT, 2000) * 10).astype("int64")
    return pixels, labels


def to_keras(layer, array):
    if layer["type"] == "conv2d" and array.ndim == 4:
        return array.transpose(1, 2, 3, 0)
    return array.T if array.ndim == 2 else array


def from_keras(layer, array):
    if layer["type"] == "conv2d" and array.ndim == 4:
        return array.transpose(3, 0, 1, 2)
    return array.T if array.ndim == 2 else array


KERAS_ACTIVATION = {"leakyRelu": "leaky_relu"}


def keras_layer(layer):
    activation = layer.get("activation")
    activation = KERAS_ACTIVATION.get(activation, activation)
    kind = layer["type"]
    if kind == "conv2d":
        return keras.layers.Conv2D(
            layer["filters"],
            layer["kernelSize"],
            strides=layer.get("strides", 1),
            padding=layer["padding"],
            activation=activation,
            use_bias=layer.get("useBias", True),
        )
    if kind in ("maxPool2d", "averagePool2d"):
        pool = keras.layers.MaxPooling2D if kind == "maxPool2d" else keras.layers.AveragePooling2D
        return pool(layer.get("poolSize", 2), strides=layer.get("strides"), padding=layer.get("padding", "valid"))
    if kind == "batchNorm2d":
        return keras.layers.BatchNormalization(momentum=layer["momentum"], epsilon=layer["epsilon"])
    if kind == "activation":
        return keras.layers.Activation(activation)
    if kind == "flatten":
        # optimbench's order is PyTorch's: channels, height, width.
        return keras.Sequential([keras.layers.Permute((3, 1, 2)), keras.layers.Flatten()])
    return keras.layers.Dense(layer["units"], activation=activation)


def run_keras(case):
    pixels, labels = images(case["shape"])
    x = pixels / 255.0
    net = keras.Sequential(
        [keras.layers.Input(case["shape"])]
        + [keras_layer(layer) for layer in case["layers"]]
        + [keras.layers.Softmax()]
    )
    for layer, spec, weights in zip(net.layers, case["layers"], initial(case["layers"], case["shape"])):
        for variable, value in zip(layer.trainable_variables, weights):
            variable.assign(to_keras(spec, value))
    settings = dict(case["optimizer"])
    optimizer = {"adam": keras.optimizers.Adam, "sgd": keras.optimizers.SGD, "rmsprop": keras.optimizers.RMSprop}[
        settings.pop("name")
    ]
    settings["learning_rate"] = settings.pop("learningRate")
    net.compile(optimizer=optimizer(**settings), loss="sparse_categorical_crossentropy")
    has_statistics = any(layer["type"] == "batchNorm2d" for layer in case["layers"])
    losses = []
    for _ in range(EPOCHS):
        for start in range(0, COUNT, BATCH):
            part = slice(start, start + BATCH)
            if not has_statistics:
                p = net(x[part]).numpy()
                losses.append(float(-np.log(p[np.arange(len(p)), labels[part]]).mean()))
            net.train_on_batch(x[part], labels[part])
    parameters = [
        from_keras(spec, v.numpy())
        for layer, spec in zip(net.layers, case["layers"])
        for v in layer.trainable_variables
    ]
    return losses, parameters, net(x[:4], training=False).numpy()


def run_pytorch(case):
    pixels, labels = images(case["shape"])
    x = torch.tensor(pixels / 255.0).permute(0, 3, 1, 2)
    y = torch.tensor(labels)
    modules, holders, channels = [], [], case["shape"][2]
    for layer, weights in zip(case["layers"], initial(case["layers"], case["shape"])):
        kind = layer["type"]
        if kind == "conv2d":
            module = nn.Conv2d(channels, layer["filters"], 3, padding=1)
            channels = layer["filters"]
            module.weight.data = torch.tensor(weights[0]).permute(0, 3, 1, 2).contiguous()
            module.bias.data = torch.tensor(weights[1])
        elif kind == "maxPool2d":
            module = nn.MaxPool2d(2)
        elif kind == "batchNorm2d":
            module = nn.BatchNorm2d(channels, eps=layer["epsilon"], momentum=1 - layer["momentum"])
            module.weight.data, module.bias.data = torch.tensor(weights[0]), torch.tensor(weights[1])
        elif kind == "flatten":
            module = nn.Flatten()
        else:
            module = nn.Linear(weights[0].shape[1], layer["units"])
            module.weight.data, module.bias.data = torch.tensor(weights[0]), torch.tensor(weights[1])
        modules.append(module)
        holders.append(module)
        if layer.get("activation") == "relu":
            modules.append(nn.ReLU())
    net = nn.Sequential(*modules)
    settings = dict(case["optimizer"])
    optimizer = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD, "adagrad": torch.optim.Adagrad}[settings.pop("name")]
    settings["lr"] = settings.pop("learningRate")
    optimizer = optimizer(net.parameters(), **settings)
    losses = []
    for _ in range(EPOCHS):
        for start in range(0, COUNT, BATCH):
            part = slice(start, start + BATCH)
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(net(x[part]), y[part])
            loss.backward()
            losses.append(loss.item())
            optimizer.step()
    parameters = [
        (p.permute(0, 2, 3, 1) if p.ndim == 4 else p).detach().numpy()
        for module in holders
        for p in module.parameters()
    ]
    net.eval()
    return losses, parameters, torch.softmax(net(x[:4]), 1).detach().numpy()


folder = pathlib.Path(__file__).parent / "training"
folder.mkdir(exist_ok=True)
for case in [case for case in CASES if case["framework"] == FRAMEWORK]:
    losses, parameters, probabilities = (run_keras if case["framework"] == "keras3" else run_pytorch)(case)
    flat = np.concatenate([np.ravel(p) for p in parameters])
    golden = {
        "version": VERSION,
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
    print(case["framework"], case["name"], losses[:1], flat.size)
