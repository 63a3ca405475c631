"""PyTorch's side of bench/peers.mjs: trains and evaluates the paper's CNN on request.

Usage: python pytorch_peer.py MODE THREADS      MODE: eager, channels-last (eager in that memory format) or compile
Each line on standard input is a request, and each is answered by one line of JSON, {"milliseconds": ...} but for the
first:
  {"task": "versions"}                                 what is measured
  {"task": "train", "batch": 256, "steps": 10}         milliseconds of a step
  {"task": "evaluate", "batch": 256, "images": 12000}  milliseconds of all images: loss and accuracy
Needs: pip install torch numpy
"""

import json
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

mode, threads = sys.argv[1], int(sys.argv[2])
torch.manual_seed(0)
torch.set_num_threads(threads)
blocks, channels = [], 1
for filters in (32, 64, 64, 64):
    blocks += [nn.Conv2d(channels, filters, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
    channels = filters
net = nn.Sequential(
    *blocks, nn.Flatten(), nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10)
)
if mode == "channels-last":
    net = net.to(memory_format=torch.channels_last)
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3, fused=True)
images, labels = torch.rand(12_000, 1, 28, 28), torch.randint(10, (12_000,))
objective = lambda x, y: F.cross_entropy(net(x), y)
if mode == "compile":
    objective = torch.compile(objective)


def train(batch, steps):
    net.train()
    order = torch.randperm(len(images))
    start = time.perf_counter()
    for step in range(steps):
        first = step * batch % (len(images) - batch + 1)
        pick = order[first : first + batch]
        optimizer.zero_grad()
        objective(images[pick], labels[pick]).backward()
        optimizer.step()
    return (time.perf_counter() - start) / steps * 1e3


@torch.inference_mode()
def evaluate(batch, count):
    net.eval()
    start = time.perf_counter()
    loss, correct = torch.zeros(()), torch.zeros((), dtype=torch.long)
    for first in range(0, count, batch):
        x, y = images[first : min(first + batch, count)], labels[first : min(first + batch, count)]
        logits = net(x)
        loss += F.cross_entropy(logits, y, reduction="sum")
        correct += (logits.argmax(1) == y).sum()
    loss.item(), correct.item()
    return (time.perf_counter() - start) * 1e3


tasks = {
    "versions": lambda: {"pytorch": torch.__version__},
    "train": lambda batch, steps: {"milliseconds": train(batch, steps)},
    "evaluate": lambda batch, images: {"milliseconds": evaluate(batch, images)},
}
for line in sys.stdin:
    request = json.loads(line)
    print(json.dumps(tasks[request.pop("task")](**request)), flush=True)
