"""Keras' side of bench/peers.mjs (TensorFlow backend): trains and evaluates the paper's CNN on request.

Usage: python keras_peer.py THREADS
Each line on standard input is a request, and each is answered by one line of JSON, {"milliseconds": ...} but for the
first:
  {"task": "versions"}                                 what is measured
  {"task": "train", "batch": 256, "steps": 10}         milliseconds of a step; steps: a multiple of 8
  {"task": "evaluate", "batch": 256, "images": 12000}  milliseconds of all images: loss and accuracy
Needs: pip install keras tensorflow-cpu numpy
"""

import json
import os
import sys
import time

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import tensorflow  # noqa: E402

threads = int(sys.argv[1])
tensorflow.config.threading.set_intra_op_parallelism_threads(threads)
tensorflow.config.threading.set_inter_op_parallelism_threads(threads)
import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers  # noqa: E402

keras.utils.set_random_seed(0)
net = keras.Sequential([layers.Input((28, 28, 1))])
for filters in (32, 64, 64, 64):
    net.add(layers.Conv2D(filters, 3, padding="same", activation="relu"))
    net.add(layers.MaxPooling2D())
net.add(layers.Flatten())
net.add(layers.Dense(128, activation="relu"))
net.add(layers.Dense(64, activation="relu"))
net.add(layers.Dense(10, activation="softmax"))
# Keras at its fastest on the CPU: with XLA (jit_compile) steps take twice as long, in groups a tenth less (batch 32).
GROUP = 8
fastest = {"jit_compile": False, "steps_per_execution": GROUP}
net.compile(optimizer="adam", loss="sparse_categorical_crossentropy", **fastest)
evaluated = keras.Model(net.inputs, net.outputs)  # the same layers; in training nobody pays for accuracy
evaluated.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"], **fastest)
images = np.random.rand(12_000, 28, 28, 1).astype("float32")
labels = np.random.randint(0, 10, 12_000)


class Clock(keras.callbacks.Callback):
    """When each group of steps ended. What a fit does before and after would weigh more than over a whole epoch."""

    def on_train_begin(self, logs=None):
        self.ends = []

    def on_train_batch_end(self, batch, logs=None):
        self.ends.append(time.perf_counter())


def train(batch, steps):
    assert steps % GROUP == 0
    count, clock = batch * (GROUP + steps), Clock()
    net.fit(images[:count], labels[:count], batch_size=batch, epochs=1, verbose=0, callbacks=[clock])
    assert len(clock.ends) == 1 + steps // GROUP
    return (clock.ends[-1] - clock.ends[0]) / steps * 1e3


def evaluate(batch, count):
    start = time.perf_counter()
    evaluated.evaluate(images[:count], labels[:count], batch_size=batch, verbose=0)
    return (time.perf_counter() - start) * 1e3


tasks = {
    "versions": lambda: {"keras": keras.__version__, "tensorflow": tensorflow.__version__},
    "train": lambda batch, steps: {"milliseconds": train(batch, steps)},
    "evaluate": lambda batch, images: {"milliseconds": evaluate(batch, images)},
}
for line in sys.stdin:
    request = json.loads(line)
    print(json.dumps(tasks[request.pop("task")](**request)), flush=True)
