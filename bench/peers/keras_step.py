"""Keras' side of bench/peers.mjs (TensorFlow backend): trains the paper's CNN on request.

Usage: python keras_step.py THREADS
Each line on standard input is a request {"batch": 256, "steps": 10}; each is answered by one line {"milliseconds": <per step>}.
Needs: pip install keras tensorflow-cpu numpy
"""
import json, os, sys, time
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import tensorflow
threads = int(sys.argv[1])
tensorflow.config.threading.set_intra_op_parallelism_threads(threads)
tensorflow.config.threading.set_inter_op_parallelism_threads(threads)
import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(0)
net = keras.Sequential([layers.Input((28, 28, 1))])
for filters in (32, 64, 64, 64):
    net.add(layers.Conv2D(filters, 3, padding="same", activation="relu"))
    net.add(layers.MaxPooling2D())
net.add(layers.Flatten())
net.add(layers.Dense(128, activation="relu"))
net.add(layers.Dense(64, activation="relu"))
net.add(layers.Dense(10, activation="softmax"))
net.compile(optimizer="adam", loss="sparse_categorical_crossentropy")

for line in sys.stdin:
    request = json.loads(line)
    batch, steps = request["batch"], request["steps"]
    images = np.random.rand(batch * steps, 28, 28, 1).astype("float32")
    labels = np.random.randint(0, 10, batch * steps)
    start = time.perf_counter()
    net.fit(images, labels, batch_size=batch, epochs=1, verbose=0)
    print(json.dumps({"milliseconds": (time.perf_counter() - start) / steps * 1e3}), flush=True)
