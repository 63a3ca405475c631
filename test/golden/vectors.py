"""Parameters and gradients that several scripts share, and the axes of a parameter in each framework's order.

optimbench keeps convolutions as [filters, height, width, channels] and dense layers as [units, inputs].
"""

import math

import numpy as np


def initial(length):
    return [round(0.5 * math.sin(1 + 2.3 * i), 6) for i in range(length)]


def gradient(t, length):
    """The gradient of step t: zeros, tiny and huge numbers among ordinary ones."""
    row = [round(math.sin(0.7 * t + 1.9 * i) * (1 + i % 3), 6) for i in range(length)]
    for i in range(length):
        if i % 11 == 3:
            row[i] = 0.0
        if i % 13 == 5:
            row[i] = 1e-6 * (-1) ** t
        if i % 29 == 7:
            row[i] = 1e3 if t % 5 == 0 else 0.1
    return row


def cut(vector, shapes):
    ends = np.cumsum([math.prod(shape) for shape in shapes])
    return [part.reshape(shape) for part, shape in zip(np.split(np.array(vector, dtype=float), ends[:-1]), shapes)]


def joined(parts):
    return np.concatenate([np.ascontiguousarray(part).reshape(-1) for part in parts]).tolist()


def to_keras(part):
    return part.transpose(1, 2, 3, 0).copy() if part.ndim == 4 else part.T.copy()


def from_keras(part):
    return part.transpose(3, 0, 1, 2) if part.ndim == 4 else part.T


def to_torch(part):
    return part.transpose(0, 3, 1, 2).copy() if part.ndim == 4 else part.copy()


def from_torch(part):
    return part.transpose(0, 2, 3, 1) if part.ndim == 4 else part
