"""Numbers that look random, the same everywhere."""

import numpy as np


def noise(count, seed):
    """Numbers in [0, 1): x <- 1664525 x + 1013904223 mod 2^32 (Numerical Recipes)."""
    values, x = np.empty(count), seed
    for i in range(count):
        x = (1664525 * x + 1013904223) % 2**32
        values[i] = x / 2**32
    return values
