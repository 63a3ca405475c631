"""PyTorch's side of bench/peers.mjs: trains and evaluates a model on request.

Usage: python pytorch_peer.py MODE THREADS      MODE: eager, channels-last (eager in that memory format) or compile
Each line on standard input is a request, and each is answered by one line of JSON:
  {"task": "open", "layers": [...], "shape": [28, 28, 1], "images": FILE, "count": 12000}
                                                       builds the model: what is measured, and the number of parameters
  {"task": "train", "batch": 256, "steps": 10, "untimed": 2}
                                                       {"milliseconds": ...} of a step, after so many untimed ones
  {"task": "evaluate", "batch": 256, "images": 12000}  {"milliseconds": ...} of all images: loss and accuracy
  {"task": "memory"}                                   {"bytes": ...} that this process has had in memory at most
  {"task": "predict", "weights": FILE, "images": 64}   {"probabilities": [[...]]} of a model that optimbench saved
Needs: pip install torch numpy
"""

import json
import resource
import sys
import time

import torch
import torch.nn.functional as F
from pytorch_net import Sequence, load
from weights import read_images, read_weights

mode, threads = sys.argv[1], int(sys.argv[2])
torch.manual_seed(0)
torch.set_num_threads(threads)


class Model:
    def __init__(self, layers, shape, images, count):
        self.layers = layers
        pixels, labels = read_images(images, shape, count)
        self.images, self.labels = torch.from_numpy(pixels).permute(0, 3, 1, 2).contiguous(), torch.from_numpy(labels)
        self.net = Sequence(layers, self.images[:1])
        if mode == "channels-last":
            self.net = self.net.to(memory_format=torch.channels_last)
            self.images = self.images.to(memory_format=torch.channels_last)
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=1e-3, fused=True)
        self.objective = lambda x, y: F.cross_entropy(self.net(x), y)
        if mode == "compile":
            self.objective = torch.compile(self.objective, dynamic=False)

    def train(self, batch, steps, untimed):
        images, labels = self.images, self.labels
        self.net.train()
        order = torch.randperm(len(images))
        for step in range(-untimed, steps):
            if step == 0:
                start = time.perf_counter()
            first = step * batch % (len(images) - batch + 1)
            pick = order[first : first + batch]
            self.optimizer.zero_grad()
            self.objective(images[pick], labels[pick]).backward()
            self.optimizer.step()
        return {"milliseconds": (time.perf_counter() - start) / steps * 1e3}

    @torch.inference_mode()
    def evaluate(self, batch, images):
        self.net.eval()
        start = time.perf_counter()
        loss, correct = torch.zeros(()), torch.zeros((), dtype=torch.long)
        for x, y in zip(self.images[:images].split(batch), self.labels[:images].split(batch)):
            logits = self.net(x)
            loss += F.cross_entropy(logits, y, reduction="sum")
            correct += (logits.argmax(1) == y).sum()
        loss.item(), correct.item()
        return {"milliseconds": (time.perf_counter() - start) * 1e3}

    @torch.inference_mode()
    def predict(self, weights, images):
        net = Sequence(self.layers, self.images[:1], exact=True).eval()
        load(net, read_weights(weights))
        return {"probabilities": net(self.images[:images]).softmax(1).tolist()}


model = None
for line in sys.stdin:
    request = json.loads(line)
    task = request.pop("task")
    if task == "open":
        model = Model(**request)
        parameters = sum(parameter.numel() for parameter in model.net.parameters())
        answer = {"versions": {"pytorch": torch.__version__}, "parameters": parameters}
    elif task == "memory":
        answer = {"bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}
    else:
        answer = getattr(model, task)(**request)
    print(json.dumps(answer), flush=True)
