"""Keras' side of bench/peers.mjs (TensorFlow backend): trains and evaluates a model on request.

Usage: python keras_peer.py THREADS
Each line on standard input is a request, and each is answered by one line of JSON, as by pytorch_peer.py. The steps of
a "train" are a multiple of GROUP, and the untimed ones are rounded up to one.
Needs: pip install keras tensorflow-cpu numpy
"""

import json
import os
import resource
import sys
import time

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import tensorflow  # noqa: E402

threads = int(sys.argv[1])
tensorflow.config.threading.set_intra_op_parallelism_threads(threads)
tensorflow.config.threading.set_inter_op_parallelism_threads(threads)
import keras  # noqa: E402
from keras_net import Net  # noqa: E402
from weights import read_images, read_weights  # noqa: E402

keras.utils.set_random_seed(0)
# Keras at its fastest on the CPU: with XLA (jit_compile) steps take twice as long, in groups a tenth less (batch 32).
GROUP = 4


class Clock(keras.callbacks.Callback):
    """When each group of steps ended. What a fit does before and after would weigh more than over a whole epoch."""

    def on_train_begin(self, logs=None):
        self.ends = []

    def on_train_batch_end(self, batch, logs=None):
        self.ends.append(time.perf_counter())


class Model:
    def __init__(self, layers, shape, images, count):
        self.images, self.labels = read_images(images, shape, count)
        self.net = Net(layers, shape)
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        fastest = {"jit_compile": False, "steps_per_execution": GROUP}
        self.trained = self.net.model
        self.trained.compile(optimizer="adam", loss=loss, **fastest)
        self.evaluated = keras.Model(
            self.trained.inputs, self.trained.outputs
        )  # the same layers; training omits accuracy
        self.evaluated.compile(loss=loss, metrics=["accuracy"], **fastest)

    def train(self, batch, steps, untimed):
        assert steps % GROUP == 0
        warm, groups, clock = -(-untimed // GROUP), steps // GROUP, Clock()
        count = batch * GROUP * (warm + groups)
        images, labels = self.images[:count], self.labels[:count]
        assert len(images) == count
        self.trained.fit(images, labels, batch_size=batch, epochs=1, verbose=0, callbacks=[clock])
        assert len(clock.ends) == warm + groups
        return {"milliseconds": (clock.ends[-1] - clock.ends[warm - 1]) / steps * 1e3}

    def evaluate(self, batch, images):
        start = time.perf_counter()
        self.evaluated.evaluate(self.images[:images], self.labels[:images], batch_size=batch, verbose=0)
        return {"milliseconds": (time.perf_counter() - start) * 1e3}

    def predict(self, weights, images):
        self.net.load(read_weights(weights))
        logits = self.trained(self.images[:images], training=False)
        return {"probabilities": keras.ops.softmax(logits).numpy().tolist()}


model = None
for line in sys.stdin:
    request = json.loads(line)
    task = request.pop("task")
    if task == "open":
        model = Model(**request)
        parameters = sum(int(keras.ops.size(each)) for each in model.trained.trainable_weights)
        versions = {"keras": keras.__version__, "tensorflow": tensorflow.__version__}
        answer = {"versions": versions, "parameters": parameters}
    elif task == "memory":
        answer = {"bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}
    else:
        answer = getattr(model, task)(**request)
    print(json.dumps(answer), flush=True)
