"""Golden file for Keras' ScheduleFreeAdamW, whose steps depend on the backend and on its mode.

Usage: python schedule_free_modes.py      (writes schedule_free_modes.json beside this file)
Needs: pip install torch keras tensorflow-cpu jax numpy

Each backend applies given gradients to one variable, in double precision, operator by operator ("eager") and as `fit`
does by default ("graph"): TensorFlow in a tf.function that also builds the optimizer, JAX in a jitted stateless
step. TensorFlow passes Python's numbers through float32 even in double precision.
"""

import json
import math
import os
import pathlib
import subprocess
import sys

RATE, STEPS = 0.1, 20
THETA = [0.3, -0.7, 1.1]


def gradient(t):
    return [math.sin(t), 0.5 - 0.1 * t, 0.2]


def paths(backend):
    os.environ.update(KERAS_BACKEND=backend, TF_CPP_MIN_LOG_LEVEL="3", JAX_ENABLE_X64="1", JAX_PLATFORMS="cpu")
    import keras

    keras.config.set_floatx("float64")
    tensor = lambda t: keras.ops.convert_to_tensor(gradient(t), dtype="float64")
    numbers = lambda value: [float(each) for each in keras.ops.convert_to_numpy(value)]

    def path(make_step):
        variable = keras.Variable(THETA, dtype="float64")
        step = make_step(keras.optimizers.ScheduleFreeAdamW(learning_rate=RATE), variable)
        found = []
        for t in range(1, STEPS + 1):
            step(tensor(t))
            found.append(numbers(variable.value))
        return found

    def eager(optimizer, variable):
        return lambda gradient: optimizer.apply([gradient], [variable])

    def tensorflow_graph(optimizer, variable):
        import tensorflow as tf

        return tf.function(eager(optimizer, variable))

    def jax_graph(optimizer, variable):
        import jax

        optimizer.build([variable])
        apply = jax.jit(optimizer.stateless_apply)

        def step(gradient):
            theta, state = apply([each.value for each in optimizer.variables], [gradient], [variable.value])
            variable.assign(theta[0])
            for mine, new in zip(optimizer.variables, state):
                mine.assign(new)

        return step

    modes = {"eager": eager}
    modes.update({"tensorflow": {"graph": tensorflow_graph}, "jax": {"graph": jax_graph}}.get(backend, {}))
    return {"version": keras.__version__, **{mode: path(make) for mode, make in modes.items()}}


if __name__ == "__main__":
    if len(sys.argv) == 2:
        print(json.dumps(paths(sys.argv[1])))
    else:
        run = lambda backend: subprocess.run([sys.executable, __file__, backend], stdout=subprocess.PIPE, check=True)
        golden = {
            "learningRate": RATE,
            "theta": THETA,
            "gradients": [gradient(t) for t in range(1, STEPS + 1)],
            "backends": {
                each: json.loads(run(each).stdout.splitlines()[-1]) for each in ("torch", "tensorflow", "jax")
            },
        }
        file = pathlib.Path(__file__).with_suffix(".json")
        file.write_text(json.dumps(golden) + "\n")
