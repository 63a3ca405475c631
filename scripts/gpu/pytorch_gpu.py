"""PyTorch's side of speed.mjs: the same nets, optimizer and batches on the same GPU.

Usage: python3 pytorch_gpu.py [compiled]
Without "compiled", the modes that need no compiler, and the kernels of a step; with it, the others. Prints a line of JSON
per measurement: milliseconds of a step, or of the evaluation of 12,000 images, by rounds. Modes:
eager; channels-last (eager in that memory format); graph (the whole step is captured as a CUDA graph); compiled
(torch.compile of forward pass and loss); compiled-graph (the same with mode="reduce-overhead", which uses CUDA graphs).
"""

import json
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

ROUNDS, SECONDS, IMAGES = 5, 0.25, 12_000
device = torch.device("cuda")
torch.manual_seed(0)
images = torch.rand(IMAGES, 1, 28, 28, device=device)
labels = torch.randint(10, (IMAGES,), device=device)


def paper_cnn():
    blocks, channels = [], 1
    for filters in (32, 64, 64, 64):
        blocks += [nn.Conv2d(channels, filters, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
        channels = filters
    return nn.Sequential(
        *blocks, nn.Flatten(), nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10)
    )


def mnist_99():
    return nn.Sequential(
        *(nn.Conv2d(1, 24, 5, stride=2), nn.ReLU(), nn.Conv2d(24, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()),
        *(nn.Linear(32 * 5 * 5, 64), nn.ReLU(), nn.Linear(64, 10)),
    )


class Residual(nn.Module):
    def __init__(self, before, filters, stride):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(before, filters, 3, stride=stride, padding=1, bias=False),
            *(nn.BatchNorm2d(filters), nn.ReLU()),
            nn.Conv2d(filters, filters, 3, padding=1, bias=False),
            nn.BatchNorm2d(filters),
        )
        self.shortcut = nn.Conv2d(before, filters, 1, stride=stride) if stride > 1 else nn.Identity()

    def forward(self, x):
        return F.relu(self.layers(x) + self.shortcut(x))


def residual():
    return nn.Sequential(
        *(nn.Conv2d(1, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU()),
        *(Residual(16, 16, 1), Residual(16, 32, 2), Residual(32, 64, 2)),
        *(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10)),
    )


MODELS = {"paper-cnn": paper_cnn, "mnist-99": mnist_99, "residual": residual}


def make_step(model, batch, mode):
    """A function that takes the step number `i` and enqueues one training step."""
    net = MODELS[model]().to(device).train()
    data = images
    if mode == "channels-last":
        net, data = net.to(memory_format=torch.channels_last), images.to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3, fused=True, capturable=mode == "graph")
    objective = lambda x, y: F.cross_entropy(net(x), y)
    if mode.startswith("compiled"):
        torch._dynamo.reset()
        objective = torch.compile(objective, mode="reduce-overhead" if mode == "compiled-graph" else None)
    order = torch.randperm(IMAGES, device=device)
    starts = range(0, IMAGES - batch + 1, batch)

    def compute(pick):
        optimizer.zero_grad(set_to_none=True)
        objective(data[pick], labels[pick]).backward()
        optimizer.step()

    def batch_of(i):
        first = starts[i % len(starts)]
        return order[first : first + batch]

    if mode != "graph":
        return net, lambda i: compute(batch_of(i))
    pick = order[:batch].clone()
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(3):
            compute(pick)
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        compute(pick)

    def replay(i):
        pick.copy_(batch_of(i))
        graph.replay()

    return net, replay


@torch.inference_mode()
def evaluate(net, batch):
    net.eval()
    loss, correct = torch.zeros((), device=device), torch.zeros((), dtype=torch.long, device=device)
    for x, y in zip(images.split(batch), labels.split(batch)):
        logits = net(x)
        loss += F.cross_entropy(logits, y, reduction="sum")
        correct += (logits.argmax(1) == y).sum()
    return loss.item(), correct.item()


def rounds(work):
    """Milliseconds of one piece of work, by rounds; `work(count)` does `count` of them."""

    def timed(count):
        torch.cuda.synchronize()
        start = time.perf_counter()
        work(count)
        torch.cuda.synchronize()
        return time.perf_counter() - start

    timed(5)
    count = 5
    while timed(count) < SECONDS / 2:
        count *= 2
    return sorted(timed(count) / count * 1e3 for _ in range(ROUNDS))


def measure(name, work, **labels_of_row):
    start = time.perf_counter()
    try:
        result = work()
    except Exception as error:  # what one mode cannot do must not end the others
        result = {"ok": False, "error": str(error)[:500]}
    seconds = round(time.perf_counter() - start, 3)
    print(json.dumps({"name": name, **labels_of_row, **result, "wallSeconds": seconds}), flush=True)


def steps(model, batch, mode):
    _, step = make_step(model, batch, mode)
    return {"milliseconds": rounds(lambda count: [step(i) for i in range(count)])}


def evaluations(model):
    net = MODELS[model]().to(device)
    tried = {batch: rounds(lambda count, batch=batch: [evaluate(net, batch) for _ in range(count)]) for batch in (2048, IMAGES)}
    return {"milliseconds": min(tried.values(), key=lambda times: times[ROUNDS // 2])}


def kernels(model, batch):
    """The kernels of a step that is replayed as a graph: how often and how long, by name."""
    _, step = make_step(model, batch, "graph")
    step(0)
    torch.cuda.synchronize()
    steps = 10
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CUDA]) as profile:
        for i in range(steps):
            step(i)
        torch.cuda.synchronize()
    found = [
        {"kernel": event.key[:160], "count": event.count / steps, "microseconds": round(event.self_device_time_total / steps, 2)}
        for event in profile.key_averages()
        if event.self_device_time_total > 0
    ]
    found.sort(key=lambda kernel: -kernel["microseconds"])
    totals = {each: round(sum(kernel[each] for kernel in found), 1) for each in ("count", "microseconds")}
    return {"total": totals, "kernels": found}


print(json.dumps({"name": "versions", "pytorch": torch.__version__, "cudnn": torch.backends.cudnn.version()}), flush=True)
BATCHES = (32, 256, 2048)
if sys.argv[1:] == ["compiled"]:
    for batch in BATCHES:  # compiling takes long, so what matters most comes first
        for model in MODELS:
            for mode in ("compiled", "compiled-graph"):
                measure(f"step {model}, batch {batch}, {mode}", lambda: steps(model, batch, mode), model=model, batchSize=batch, mode=mode)
else:
    for mode in ("graph", "eager", "channels-last"):
        for batch in BATCHES:
            for model in MODELS:
                measure(f"step {model}, batch {batch}, {mode}", lambda: steps(model, batch, mode), model=model, batchSize=batch, mode=mode)
        if mode == "graph":
            for model in MODELS:
                measure(f"kernels {model}, batch 32", lambda: kernels(model, 32), model=model)
    for model in MODELS:
        measure(f"evaluation {model}", lambda: evaluations(model), model=model)
