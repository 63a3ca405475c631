"""Golden file for normalisations of bright, even images: mean 20, deviation 0.02, in double precision.

Usage: python even_images.py      (writes even_images.json beside this file)
Needs: pip install torch numpy

A depthwise convolution of one pixel turns each byte p into 20 + p / divisor. float32 represents this exactly, so all
differences come from the normalisation. With the divisor 4096, bytes have any value; with 64, they are 0 to 2, except
for a bright first one in each image. The test draws the same pixels and weights from the generator of training.py. The
file has the probabilities in evaluation (for batch normalisation, with the given running statistics), and the loss and
its gradients in training.
"""

import json
import pathlib

import numpy as np
import torch
from noise import noise
from torch import nn

torch.set_default_dtype(torch.float64)
COUNT, SIDE, CHANNELS, CLASSES, STRIDE = 32, 10, 8, 3, 41


class ChannelNorm(nn.LayerNorm):
    def forward(self, x):
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)


CASES = [
    (4096, {"type": "batchNorm2d", "epsilon": 1e-3}, lambda: nn.BatchNorm2d(CHANNELS, 1e-3)),
    (4096, {"type": "batchNorm2d", "epsilon": 1e-5}, lambda: nn.BatchNorm2d(CHANNELS, 1e-5)),
    (4096, {"type": "layerNorm", "epsilon": 1e-5}, lambda: ChannelNorm(CHANNELS, 1e-5)),
    (4096, {"type": "groupNorm", "groups": 1, "epsilon": 1e-3}, lambda: nn.GroupNorm(1, CHANNELS, 1e-3)),
    (4096, {"type": "groupNorm", "groups": 2, "epsilon": 1e-5}, lambda: nn.GroupNorm(2, CHANNELS, 1e-5)),
    (4096, {"type": "groupNorm", "groups": -1, "epsilon": 1e-5}, lambda: nn.GroupNorm(CHANNELS, CHANNELS, 1e-5)),
    (64, {"type": "layerNorm", "epsilon": 1e-5}, lambda: ChannelNorm(CHANNELS, 1e-5)),
    (64, {"type": "groupNorm", "groups": 1, "epsilon": 1e-5}, lambda: nn.GroupNorm(1, CHANNELS, 1e-5)),
]


def images(divisor):
    pixels = np.floor(noise(COUNT * SIDE * SIDE * CHANNELS, 1) * (256 if divisor == 4096 else 3)).reshape(
        COUNT, SIDE, SIDE, CHANNELS
    )
    if divisor == 64:
        pixels[:, 0, 0, 0] = 255
    return pixels


labels = torch.tensor(np.floor(noise(COUNT, 2) * CLASSES).astype(np.int64))
cases = []
for divisor, layer, make in CASES:
    pixels = images(divisor)
    bright = torch.tensor(20 + pixels / divisor).permute(0, 3, 1, 2)
    norm, dense = make(), nn.Linear(CHANNELS * SIDE * SIDE, CLASSES, bias=False)
    drawn = lambda shape, seed: torch.tensor(
        (noise(int(np.prod(shape)), seed) - 0.5).astype(np.float32).astype(np.float64).reshape(shape)
    )
    norm.weight.data, norm.bias.data = drawn([CHANNELS], 3) + 1, drawn([CHANNELS], 4)
    dense.weight.data = drawn(dense.weight.shape, 5) / 8
    x = bright.clone().requires_grad_()
    loss = nn.functional.cross_entropy(dense(norm(x).flatten(1)), labels)
    loss.backward()
    case = {
        "divisor": divisor,
        "layer": layer,
        "loss": loss.item(),
        "gradients": {
            # From the gradient of x: that of a weight is the sum over the pixels of pixel / 255 times it.
            "depthwiseConv2d_0.weight": (x.grad * torch.tensor(pixels / 255).permute(0, 3, 1, 2))
            .sum((0, 2, 3))
            .tolist(),
            "depthwiseConv2d_0.bias": x.grad.sum((0, 2, 3)).tolist(),
            f"{layer['type']}_0.weight": norm.weight.grad.tolist(),
            f"{layer['type']}_0.bias": norm.bias.grad.tolist(),
            "dense_0.weight": dense.weight.grad.ravel()[::STRIDE].tolist(),
        },
    }
    # The terms of the convolution's gradients nearly cancel, so rounding is relative to the terms, not to the sum.
    case["summands"] = x.grad.abs().sum((0, 2, 3)).max().item()
    if layer["type"] == "batchNorm2d":
        case["statistics"] = [
            v.numpy().astype(np.float32).astype(float).tolist() for v in (bright.mean((0, 2, 3)), bright.var((0, 2, 3)))
        ]
        norm.running_mean.copy_(torch.tensor(case["statistics"][0]))
        norm.running_var.copy_(torch.tensor(case["statistics"][1]))
    norm.eval()
    case["probabilities"] = torch.softmax(dense(norm(bright).flatten(1)), 1).detach().ravel().tolist()
    cases.append(case)
    print(
        layer,
        loss.item(),
        {key: float(np.abs(value).max()) for key, value in case["gradients"].items()},
        max(case["probabilities"]),
    )

pathlib.Path(__file__).with_suffix(".json").write_text(
    json.dumps(
        {
            "torch": torch.__version__.split("+")[0],
            "count": COUNT,
            "side": SIDE,
            "channels": CHANNELS,
            "classes": CLASSES,
            "stride": STRIDE,
            "cases": cases,
        }
    )
    + "\n"
)
