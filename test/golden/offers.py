"""What each framework offers: the names of its optimizers and losses, for test/catalogue/offers.test.ts.

Usage: python offers.py      (writes offers.json beside this file)
Needs: pip install torch keras tf_keras tensorflow-cpu
"""

import inspect
import json
import os
import pathlib

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_USE_LEGACY_KERAS"] = "0"
import keras
import tf_keras
import torch


def classes(module, base):
    """The public subclasses in a module, without the base class."""
    found = [(name, each) for name, each in vars(module).items() if not name.startswith("_") and inspect.isclass(each)]
    return {name for name, each in found if issubclass(each, base) and each is not base}


def losses(module):
    """PyTorch's losses have no public base class."""
    return {
        name
        for name, each in vars(module).items()
        if inspect.isclass(each) and issubclass(each, torch.nn.Module) and "Loss" in name
    }


versions = {"keras3": keras.__version__, "keras2": tf_keras.__version__, "pytorch": torch.__version__.split("+")[0]}
optimizers = {
    "keras3": classes(keras.optimizers, keras.optimizers.Optimizer),
    "keras2": classes(tf_keras.optimizers, tf_keras.optimizers.Optimizer)
    | classes(tf_keras.optimizers.legacy, tf_keras.optimizers.legacy.Optimizer),
    "pytorch": classes(torch.optim, torch.optim.Optimizer),
}
found = {
    "keras3": classes(keras.losses, keras.losses.Loss),
    "keras2": classes(tf_keras.losses, tf_keras.losses.Loss),
    "pytorch": losses(torch.nn),
}
offers = {
    source: {"version": version, "optimizers": sorted(optimizers[source]), "losses": sorted(found[source])}
    for source, version in versions.items()
}
(pathlib.Path(__file__).parent / "offers.json").write_text(json.dumps(offers, indent=2) + "\n")
