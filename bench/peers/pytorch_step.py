"""PyTorch's side of bench/peers.mjs: trains the paper's CNN on request.

Usage: python pytorch_step.py MODE THREADS      MODE: eager or compile
Each line on standard input is a request {"batch": 256, "steps": 10}; each is answered by one line {"milliseconds": <per step>}.
Needs: pip install torch numpy
"""
import json, sys, time
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
net = nn.Sequential(*blocks, nn.Flatten(), nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10))
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3, fused=True)
images, labels = torch.rand(8192, 1, 28, 28), torch.randint(10, (8192,))
objective = lambda x, y: F.cross_entropy(net(x), y)
if mode == "compile":
    objective = torch.compile(objective)

for line in sys.stdin:
    request = json.loads(line)
    batch, steps = request["batch"], request["steps"]
    order = torch.randperm(len(images))
    start = time.perf_counter()
    for step in range(steps):
        first = step * batch % (len(images) - batch + 1)
        pick = order[first : first + batch]
        optimizer.zero_grad()
        objective(images[pick], labels[pick]).backward()
        optimizer.step()
    print(json.dumps({"milliseconds": (time.perf_counter() - start) / steps * 1e3}), flush=True)
