"""Builds a Keras model from a list of optimbench's layers with every default filled in."""

import re
from collections import Counter

import keras
import numpy as np
from keras import layers as k


class Net:
    """`model` maps images [height, width, channels] to logits."""

    def __init__(self, layers, shape):
        self.by_name = {}
        """The layers with parameters, by their name in a saved model."""
        self.flattened = {}
        """The shape before the flattening whose output a dense layer reads, by its name."""
        image = keras.Input(tuple(shape))
        self.model = keras.Model(image, self.sequence(layers, image, ""))

    def sequence(self, layers, x, prefix):
        counts, flattened = Counter(), None
        for layer in layers:
            kind = layer["type"]
            name = f"{prefix}{kind}_{counts[kind]}"
            counts[kind] += 1
            if kind == "residual":
                x = self.residual(layer, x, f"{name}.")
                continue
            if kind == "flatten":
                flattened = x.shape[1:]
            if kind == "dense" and flattened:
                self.flattened[name], flattened = flattened, None
            self.by_name[name] = LAYERS[kind](layer)
            x = self.by_name[name](x)
        return x

    def residual(self, layer, x, prefix):
        shortcut = self.sequence(layer["shortcut"], x, f"{prefix}shortcut.") if "shortcut" in layer else x
        total = k.Add()([self.sequence(layer["layers"], x, prefix), shortcut])
        return k.Activation(layer["activation"])(total) if "activation" in layer else total

    def load(self, weights):
        """Sets all parameters and running statistics to those of a saved model."""
        for name, layer in self.by_name.items():
            parts = ("weight", "bias", "running_mean", "running_var")
            own = [weights.pop(f"{name}.{part}") for part in parts if f"{name}.{part}" in weights]
            if isinstance(layer, k.DepthwiseConv2D):  # from [channels x multiplier, 1, height, width]
                own[0] = own[0].transpose(2, 3, 0, 1).reshape(layer.kernel.shape)
            elif isinstance(layer, k.Conv2D):
                own[0] = own[0].transpose(2, 3, 1, 0)
            elif isinstance(layer, k.Dense):
                if name in self.flattened:  # in PyTorch's order: channels, height, width
                    height, width, channels = self.flattened[name]
                    own[0] = own[0].reshape(-1, channels, height, width).transpose(0, 2, 3, 1)
                own[0] = own[0].reshape(len(own[0]), -1).T
            layer.set_weights([np.ascontiguousarray(each) for each in own])
        assert not weights, weights.keys()


def options(layer):
    """A layer's parameters under Keras' names: kernel_size for kernelSize."""
    underscored = lambda key: re.sub("[A-Z]", lambda capital: f"_{capital[0].lower()}", key)
    return {underscored(key): value for key, value in layer.items() if key != "type"}


LAYERS = {
    "conv2d": lambda layer: k.Conv2D(**options(layer)),
    "depthwiseConv2d": lambda layer: k.DepthwiseConv2D(**options(layer)),
    "maxPool2d": lambda layer: k.MaxPooling2D(**options(layer)),
    "averagePool2d": lambda layer: k.AveragePooling2D(**options(layer)),
    "globalAveragePool2d": lambda layer: k.GlobalAveragePooling2D(),
    "batchNorm2d": lambda layer: k.BatchNormalization(**options(layer)),
    "dropout": lambda layer: k.Dropout(layer["rate"]),
    "flatten": lambda layer: k.Flatten(),
    "dense": lambda layer: k.Dense(**options(layer)),
    "activation": lambda layer: k.Activation(layer["activation"]),
}
