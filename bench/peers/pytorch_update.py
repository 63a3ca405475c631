"""PyTorch's side of bench/update.mjs: applies an optimizer again and again with one gradient, on request.

Usage: python pytorch_update.py THREADS
Each line on standard input is a request:
  {"shapes": [[64, 32, 3, 3], [64]], "optimizer": "adam", "mode": "fused", "steps": 10}
mode is fused, loop (one parameter and operator after the other) or stream: theta += a * g on two flat vectors, which is
as fast as memory is. Each is answered by one line {"milliseconds": <per step>}, or null where PyTorch has no such
optimizer.
Needs: pip install torch
"""

import json
import math
import sys
import time

import torch
from torch import optim

torch.set_num_threads(int(sys.argv[1]))
OPTIMIZERS = {
    "adam": optim.Adam,
    "amsgrad": lambda *given, **more: optim.Adam(*given, amsgrad=True, **more),
    "adamw": optim.AdamW,
    "sgd": optim.SGD,
    "adagrad": optim.Adagrad,
    "rmsprop": optim.RMSprop,
    "nadam": optim.NAdam,
    "radam": optim.RAdam,
    "adamax": optim.Adamax,
    "adadelta": optim.Adadelta,
    "adafactor": optim.Adafactor,
}
FUSED = ("adam", "amsgrad", "adamw", "sgd", "adagrad")


def prepare(shapes, name, mode):
    torch.manual_seed(0)
    if mode == "stream":
        count = sum(math.prod(shape) for shape in shapes)
        theta, gradient = torch.randn(count), torch.randn(count)
        return lambda: theta.add_(gradient, alpha=1e-9)
    if name == "muon" and mode == "loop":  # PyTorch's takes matrices alone: AdamW has the rest, as for the author's
        return prepare_muon(parameters_of(shapes))
    if name not in OPTIMIZERS or (mode == "fused" and name not in FUSED):
        return None
    options = {"fused": True} if mode == "fused" else {"foreach": False}
    return OPTIMIZERS[name](parameters_of(shapes), **options).step


def parameters_of(shapes):
    parameters = [torch.randn(shape).mul_(0.05).requires_grad_() for shape in shapes]
    for parameter in parameters:
        parameter.grad = torch.randn_like(parameter) * 0.01
    return parameters


def prepare_muon(parameters):
    matrices = [p for p in parameters if p.dim() > 1][1:-1]
    rest = [p for p in parameters if all(p is not each for each in matrices)]
    flat = [p.detach().flatten(1).requires_grad_() for p in matrices]
    for flattened, parameter in zip(flat, matrices):
        flattened.grad = parameter.grad.flatten(1)
    both = (optim.Muon(flat), optim.AdamW(rest, foreach=False))
    return lambda: [optimizer.step() for optimizer in both]


current, step = None, None
for line in sys.stdin:
    request = json.loads(line)
    wanted = request["shapes"], request["optimizer"], request["mode"]
    if wanted != current:
        step = None  # frees its memory first
        current, step = wanted, prepare(*wanted)
        if step:
            step()
    if step is None:
        print(json.dumps({"milliseconds": None}), flush=True)
        continue
    start = time.perf_counter()
    for _ in range(request["steps"]):
        step()
    print(json.dumps({"milliseconds": (time.perf_counter() - start) / request["steps"] * 1e3}), flush=True)
