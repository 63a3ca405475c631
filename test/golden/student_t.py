"""Writes student_t.json: quantiles of Student's t and summaries of samples, by SciPy."""

import json
import math
from pathlib import Path

import numpy as np
import scipy
from scipy import stats

quantiles = [
    {"probability": p, "degrees": d, "t": float(stats.t.ppf((1 + p) / 2, d))}
    for p in (0.5, 0.9, 0.95, 0.99, 0.999)
    for d in (1, 2, 3, 4, 5, 7, 10, 19, 30, 99, 100, 1000)
]

random = np.random.default_rng(0)
samples = [
    [0.9831, 0.9829],
    [0.983, 0.981, 0.984],
    [5.0, 5.0, 5.0, 5.0],
    [1e-9, 3e-9, -2e-9],
    *(random.normal(0.97, 0.004, n).tolist() for n in (5, 10, 31)),
]
summaries = []
for values in samples:
    error = float(stats.sem(values))
    _, high = stats.t.interval(0.95, len(values) - 1, loc=0, scale=error) if error > 0 else (0, 0)
    summaries.append(
        {
            "values": values,
            "mean": math.fsum(values) / len(values),
            "standardDeviation": float(np.std(values, ddof=1)),
            "confidence95": float(high),
        }
    )

Path(__file__).with_suffix(".json").write_text(
    json.dumps({"scipy": scipy.__version__, "quantiles": quantiles, "summaries": summaries}, indent=1) + "\n"
)
