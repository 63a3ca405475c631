"""Golden files for weights from PyTorch: state dicts as `safetensors.torch.save_file` writes them, and the logits of
their modules.

Usage: python pytorch_models.py      (writes pytorch_models/*.safetensors and *.json beside this file)
Needs: pip install torch numpy safetensors

The numbered modules of an nn.Sequential belong to layers in their order: 10 follows 9. Attributes have other names.
"""

import json
import pathlib

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

torch.manual_seed(3)
CLASSES = 10


def conv(filters, **more):
    return {"type": "conv2d", "filters": filters, "kernelSize": 3, "padding": "same", **more}


def dense(units, **more):
    return {"type": "dense", "units": units, **more}


POOL, FLAT, NORM = {"type": "maxPool2d"}, {"type": "flatten"}, {"type": "batchNorm2d"}


def paper_cnn():
    """The paper's network with fewer filters and units."""
    sizes = [1, 8, 12, 12, 12]
    convolutions = [
        each
        for channels, filters in zip(sizes, sizes[1:])
        for each in (nn.Conv2d(channels, filters, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))
    ]
    head = [nn.Flatten(), nn.Linear(12, 16), nn.ReLU(), nn.Linear(16, 12), nn.ReLU(), nn.Linear(12, CLASSES)]
    layers = [each for filters in sizes[1:] for each in (conv(filters, activation="relu"), POOL)]
    layers += [FLAT, dense(16, activation="relu"), dense(12, activation="relu"), dense(CLASSES)]
    return nn.Sequential(*convolutions, *head), layers, [28, 28, 1], {}


def depthwise():
    """Flattens several pixels of several channels, whose order matters."""
    net = nn.Sequential(
        nn.Conv2d(3, 6, 3, padding=1, bias=False),
        nn.BatchNorm2d(6),
        nn.ReLU(),
        nn.Sequential(nn.Conv2d(6, 6, 3, padding=1, groups=6), nn.BatchNorm2d(6), nn.Conv2d(6, 8, 1)),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(8 * 4 * 3, CLASSES),
    )
    layers = [
        conv(6, useBias=False),
        NORM,
        {"type": "activation", "activation": "relu"},
        {"type": "depthwiseConv2d", "kernelSize": 3, "padding": "same"},
        NORM,
        {"type": "conv2d", "filters": 8, "kernelSize": 1},
        POOL,
        FLAT,
        dense(CLASSES),
    ]
    return net, layers, [8, 6, 3], {}


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(2, 4, 3, padding=1)
        self.conv1 = nn.Conv2d(4, 6, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(6)
        self.conv2 = nn.Conv2d(6, 6, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(6)
        self.downsample = nn.Conv2d(4, 6, 1)
        self.fc = nn.Linear(6 * 5 * 4, CLASSES)

    def forward(self, x):
        x = torch.relu(self.stem(x))
        y = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        return self.fc(torch.relu(y + self.downsample(x)).flatten(1))


def residual():
    layers = [
        conv(4, activation="relu"),
        {
            "type": "residual",
            "layers": [
                conv(6, useBias=False),
                NORM,
                {"type": "activation", "activation": "relu"},
                conv(6, useBias=False),
                NORM,
            ],
            "shortcut": [{"type": "conv2d", "filters": 6, "kernelSize": 1}],
            "activation": "relu",
        },
        FLAT,
        dense(CLASSES),
    ]
    names = {
        "conv2d_0": "stem",
        "residual_0.conv2d_0": "conv1",
        "residual_0.batchNorm2d_0": "bn1",
        "residual_0.conv2d_1": "conv2",
        "residual_0.batchNorm2d_1": "bn2",
        "residual_0.shortcut.conv2d_0": "downsample",
        "dense_0": "fc",
    }
    return Residual(), layers, [5, 4, 2], names


folder = pathlib.Path(__file__).parent / "pytorch_models"
folder.mkdir(exist_ok=True)
for make in (paper_cnn, depthwise, residual):
    net, layers, shape, names = make()
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            for tensor, low, high in (
                (module.running_mean, -0.5, 0.5),
                (module.running_var, 0.5, 2),
                (module.weight, 0.5, 1.5),
                (module.bias, -0.5, 0.5),
            ):
                nn.init.uniform_(tensor, low, high)
    save_file(net.state_dict(), folder / f"{make.__name__}.safetensors")
    pixels = torch.randint(0, 256, (12, *shape), dtype=torch.uint8)
    images = (pixels.double() / 255).permute(0, 3, 1, 2)
    logits = net.double().eval()(images).detach().numpy()
    golden = {
        "version": torch.__version__,
        "layers": layers,
        "shape": shape,
        "names": names,
        "pixels": pixels.flatten().tolist(),
        "logits": logits.astype(np.float64).ravel().tolist(),
    }
    (folder / f"{make.__name__}.json").write_text(json.dumps(golden) + "\n")
    print(make.__name__, list(net.state_dict()))
