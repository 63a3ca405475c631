"""Golden file for what every evaluation measures: negative log-likelihood and expected calibration error, in double
precision.

Usage: python evaluation.py      (writes evaluation.json beside this file)
Needs: pip install torch numpy

The net is one dense layer without bias: logits = (pixels / 255) @ weights.T. The error is computed twice, as Guo et
al. 2017 define it (bins ((m - 1) / M, m / M]) and with the formula of torchmetrics' calibration_error (norm "l1"; bins
[(m - 1) / M, m / M)): they agree where no probability lies on a bin's border, which the script checks.
"""

import json
import pathlib

import numpy as np
import torch

BINS, COUNT, INPUTS, CLASSES = 15, 200, 6, 5
random = np.random.default_rng(7)
pixels = random.integers(0, 256, (COUNT, INPUTS))
weights = random.normal(0, 4, (CLASSES, INPUTS)).astype(np.float32).round(3).astype(np.float32)
logits = torch.tensor(pixels / 255) @ torch.tensor(weights, dtype=torch.float64).T
# More than half of the answers are correct, but fewer than the confidence of the net suggests.
labels = np.where(random.random(COUNT) < 0.6, logits.argmax(1).numpy(), random.integers(0, CLASSES, COUNT))

confidence, answer = torch.softmax(logits, 1).max(1)
confidence, right = confidence.numpy(), (answer.numpy() == labels).astype(float)
assert np.abs(confidence * BINS - (confidence * BINS).round()).min() > 1e-4, "a probability lies on a border"
assert len(set((confidence * BINS).astype(int))) > 8, "too few bins are in use"

guo = 0.0
for lower, upper in zip(np.arange(BINS) / BINS, np.arange(1, BINS + 1) / BINS):
    inside = (confidence > lower) & (confidence <= upper)
    if inside.any():
        guo += inside.mean() * abs(right[inside].mean() - confidence[inside].mean())

index = torch.bucketize(torch.tensor(confidence), torch.linspace(0, 1, BINS + 1, dtype=torch.float64), right=True) - 1
add = lambda values: torch.zeros(BINS + 1, dtype=torch.float64).scatter_add(0, index, torch.tensor(values))
share, sure, good = add(np.ones(COUNT)), add(confidence), add(right)
sure, good = torch.nan_to_num(sure / share), torch.nan_to_num(good / share)
torchmetrics = ((good - sure).abs() * share / COUNT).sum().item()
assert abs(guo - torchmetrics) < 1e-12

pathlib.Path(__file__).with_suffix(".json").write_text(
    json.dumps(
        {
            "torch": torch.__version__.split("+")[0],
            "numpy": np.__version__,
            "pixels": pixels.ravel().tolist(),
            "weights": weights.astype(float).round(3).ravel().tolist(),
            "labels": labels.tolist(),
            "accuracy": right.mean(),
            "negativeLogLikelihood": torch.nn.functional.cross_entropy(logits, torch.tensor(labels)).item(),
            "calibrationError": guo,
        }
    )
    + "\n"
)
