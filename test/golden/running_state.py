"""Golden files for running statistics: what Keras 3, tf_keras (Keras 2) and PyTorch keep after each of several
training passes.

Usage: python running_state.py keras3; python running_state.py keras2; python running_state.py pytorch
       (each writes running_state/FRAMEWORK.json beside this file)
Needs: pip install keras tf_keras tensorflow-cpu torch numpy

Only batch normalisation has running state. Here it follows the images, a convolution whose output has one pixel, and
flatten, dense and a global pool, after which Keras' layers have no height and width: tf_keras then does not use its
fused kernel, and so does not correct the variance. Nothing is learned in between, so the state after each pass depends
on the inputs and weights only. The last batch is one image. Keras takes the variance of single numbers as 0; PyTorch
rejects the batch.
"""

import json
import os
import pathlib
import sys

import numpy as np

FRAMEWORK = sys.argv[1]
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
if FRAMEWORK == "pytorch":
    import torch
    from torch import nn

    torch.set_default_dtype(torch.float64)
    VERSION = torch.__version__.split("+")[0]
else:
    os.environ["KERAS_BACKEND"] = "tensorflow"
    if FRAMEWORK == "keras2":
        import tf_keras as keras
    else:
        import keras
    VERSION = keras.__version__

SHAPE = [3, 4, 2]
CHAIN = [
    {"type": "batchNorm2d"},
    {"type": "conv2d", "filters": 4, "kernelSize": [3, 4]},
    {"type": "batchNorm2d", "momentum": 0.7},
    {"type": "flatten"},
    {"type": "batchNorm2d", "momentum": 0.6, "center": False},
    {"type": "dense", "units": 3},
    {"type": "batchNorm2d", "momentum": 0.8, "scale": False},
]
POOLED = [
    {"type": "globalAveragePool2d"},
    {"type": "batchNorm2d", "momentum": 0.5, "epsilon": 0.25},
    {"type": "dense", "units": 3},
]
BATCHES = [7, 4, 2, 1][: 3 if FRAMEWORK == "pytorch" else 4]
random = np.random.default_rng(11)
pixels = random.integers(0, 256, (sum(BATCHES), *SHAPE))
x = pixels / 255.0


def pair(value):
    return value if isinstance(value, list) else [value, value]


def weights(layers):
    """By layer, as PyTorch lays them out."""
    channels, all_weights = SHAPE[2], []
    for layer in layers:
        outputs = layer.get("filters", layer.get("units"))
        if outputs:
            all_weights.append(
                random.normal(0, 1, [outputs, channels, *(layer.get("kernelSize") or [])]).astype(np.float32)
            )
            channels = outputs
        else:
            all_weights.append(None)
    return all_weights


def run_pytorch(layers, drawn):
    modules, channels = [], SHAPE[2]
    for layer, weight in zip(layers, drawn):
        kind = layer["type"]
        if kind == "conv2d":
            modules.append(nn.Conv2d(channels, layer["filters"], layer["kernelSize"], bias=False))
        elif kind == "dense":
            modules += [nn.Linear(channels, layer["units"], bias=False)]
        elif kind == "flatten":
            modules.append(nn.Flatten())
        elif kind == "globalAveragePool2d":
            modules.append(nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()))
        else:
            flat = any(isinstance(m, (nn.Flatten, nn.Sequential)) for m in modules)
            settings = {"momentum": 1 - layer["momentum"]} if "momentum" in layer else {}
            if "epsilon" in layer:
                settings["eps"] = layer["epsilon"]
            modules.append((nn.BatchNorm1d if flat else nn.BatchNorm2d)(channels, **settings))
        if weight is not None:
            modules[-1].weight.data = torch.tensor(weight, dtype=torch.float64)
            channels = weight.shape[0]
    net = nn.Sequential(*modules).train()
    norms = [m for m in modules if isinstance(m, nn.modules.batchnorm._BatchNorm)]
    states, start = [], 0
    for size in BATCHES:
        net(torch.tensor(x[start : start + size]).permute(0, 3, 1, 2))
        start += size
        states.append(np.concatenate([v.numpy() for m in norms for v in (m.running_mean, m.running_var)]).tolist())
    return states


def run_keras(layers, drawn):
    made = []
    for layer in layers:
        kind = layer["type"]
        if kind == "conv2d":
            made.append(keras.layers.Conv2D(layer["filters"], layer["kernelSize"], use_bias=False))
        elif kind == "dense":
            made.append(keras.layers.Dense(layer["units"], use_bias=False))
        elif kind == "flatten":
            made.append(keras.layers.Flatten())  # of one pixel: in any order
        elif kind == "globalAveragePool2d":
            made.append(keras.layers.GlobalAveragePooling2D())
        else:
            made.append(
                keras.layers.BatchNormalization(**{key: value for key, value in layer.items() if key != "type"})
            )
    net = keras.Sequential([keras.layers.Input(SHAPE), *made])
    for layer, weight in zip(made, drawn):
        if weight is not None:
            layer.kernel.assign(weight.transpose(2, 3, 1, 0) if weight.ndim == 4 else weight.T)
    norms = [layer for layer in made if isinstance(layer, keras.layers.BatchNormalization)]
    if FRAMEWORK == "keras2":
        print("fused:", [layer.fused for layer in norms])
    states, start = [], 0
    for size in BATCHES:
        net(x[start : start + size].astype(np.float32), training=True)
        start += size
        states.append(
            np.concatenate([v.numpy() for m in norms for v in (m.moving_mean, m.moving_variance)])
            .astype(float)
            .tolist()
        )
    return states


cases = []
for layers in (CHAIN, POOLED):
    drawn = weights(layers)
    states = (run_pytorch if FRAMEWORK == "pytorch" else run_keras)(layers, drawn)
    print(FRAMEWORK, states[0])
    cases.append(
        {
            "layers": [
                {**layer, "useBias": False} if layer["type"] in ("conv2d", "dense") else layer for layer in layers
            ],
            "weights": [w.astype(float).ravel().tolist() for w in drawn if w is not None],
            "states": states,
        }
    )
folder = pathlib.Path(__file__).with_suffix("")
folder.mkdir(exist_ok=True)
(folder / f"{FRAMEWORK}.json").write_text(
    json.dumps(
        {
            "framework": FRAMEWORK,
            "version": VERSION,
            "shape": SHAPE,
            "batches": BATCHES,
            "pixels": pixels.ravel().tolist(),
            "cases": cases,
        }
    )
    + "\n"
)
