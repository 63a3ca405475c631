"""Reads a model that optimbench saved."""

import json
from pathlib import Path

import numpy as np


def read_weights(path):
    """The tensors of a safetensors file by name, all float32, with PyTorch's names and layout."""
    data = Path(path).read_bytes()
    length = int.from_bytes(data[:8], "little")
    header, body = json.loads(data[8 : 8 + length]), data[8 + length :]
    header.pop("__metadata__", None)
    return {
        name: np.frombuffer(body[slice(*entry["data_offsets"])], np.float32).reshape(entry["shape"]).copy()
        for name, entry in header.items()
    }


def read_images(path, shape, count):
    """Pixels / 255 as [samples, height, width, channels], and labels, of a file that training-peers.mjs wrote."""
    data = np.fromfile(path, np.uint8)
    pixels, labels = data[:-count], data[-count:]
    return (pixels.reshape(count, *shape) / 255).astype(np.float32), labels.astype(np.int64)
