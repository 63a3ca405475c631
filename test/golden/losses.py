"""Golden files for losses: each sample's value, and the gradient of their sum with respect to the logits, in double precision.

Usage: python losses.py keras3; python losses.py pytorch      (each writes losses/<framework>-<name>.json beside this file;
       apart, since TensorFlow and PyTorch do not always bear each other in one process)
Needs: pip install torch keras tensorflow-cpu numpy

Keras (TensorFlow backend) computes as in a model whose last layer is a softmax and which trains in graph mode: the loss gets
probabilities, and its cross-entropies find the logits that these came from. PyTorch's cross_entropy takes logits; its other
losses take softmax(logits) here.
"""
import json, os, pathlib, sys

FRAMEWORK = sys.argv[1]
if FRAMEWORK == "keras3":
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import keras
    import tensorflow as tf
    keras.config.set_floatx("float64")
    VERSIONS = {"keras": keras.__version__, "tensorflow": tf.__version__}
else:
    import torch
    torch.set_default_dtype(torch.float64)
    VERSIONS = {"torch": torch.__version__.split("+")[0]}

LOGITS = [
    [0.0, 0.0, 0.0, 0.0, 0.0],
    [1.5, -0.3, 0.2, 2.1, -1.0],
    [1e-6, -1e-6, 3e-6, 0.0, 2e-6],
    [50.0, -50.0, 0.0, 10.0, -10.0],
    [50.0, -50.0, 0.0, 10.0, -10.0],
    [-50.0, -49.0, -50.5, -48.0, -50.0],
    [12.0, 11.0, -7.0, 4.0, 12.5],
]
LABELS = [2, 3, 0, 0, 1, 3, 4]
ONE_HOT = [[float(label == k) for k in range(5)] for label in LABELS]
SOFT = [
    [0.2, 0.2, 0.2, 0.2, 0.2],
    [0.1, 0.0, 0.3, 0.6, 0.0],
    [0.0, 0.5, 0.5, 0.0, 0.0],
    [0.9, 0.1, 0.0, 0.0, 0.0],
    [0.25, 0.25, 0.125, 0.125, 0.25],
    [0.0, 0.0, 0.0, 1.0, 0.0],
    [0.05, 0.15, 0.3, 0.1, 0.4],
]
CASES = {
    "sparseCategoricalCrossentropy": [("labels", {})],
    "categoricalCrossentropy": [("oneHot", {}), ("soft", {}), ("oneHot", {"labelSmoothing": 0.1}), ("soft", {"labelSmoothing": 0.3})],
    "meanSquaredError": [("oneHot", {}), ("soft", {})],
    "meanAbsoluteError": [("oneHot", {}), ("soft", {})],
}
TARGETS = {"labels": ONE_HOT, "oneHot": ONE_HOT, "soft": SOFT}


def keras_run(name, kind, settings):
    kinds = {
        "sparseCategoricalCrossentropy": keras.losses.SparseCategoricalCrossentropy,
        "categoricalCrossentropy": keras.losses.CategoricalCrossentropy,
        "meanSquaredError": keras.losses.MeanSquaredError,
        "meanAbsoluteError": keras.losses.MeanAbsoluteError,
    }
    options = {"label_smoothing": value for value in settings.values()}
    loss = kinds[name](reduction=None, **options)
    target = tf.constant(LABELS) if kind == "labels" else tf.constant(TARGETS[kind], tf.float64)

    @tf.function
    def run(logits):
        with tf.GradientTape() as tape:
            tape.watch(logits)
            values = loss(target, keras.activations.softmax(logits))
        return values, tape.gradient(values, logits)

    values, gradient = run(tf.constant(LOGITS, tf.float64))
    return values.numpy().tolist(), gradient.numpy().tolist()


def pytorch_run(name, kind, settings):
    logits = torch.tensor(LOGITS, requires_grad=True)
    target = torch.tensor(LABELS) if kind == "labels" else torch.tensor(TARGETS[kind])
    if name.endswith("Crossentropy"):
        smoothing = settings.get("labelSmoothing", 0.0)
        values = torch.nn.functional.cross_entropy(logits, target, reduction="none", label_smoothing=smoothing)
    else:
        function = {"meanSquaredError": torch.nn.functional.mse_loss, "meanAbsoluteError": torch.nn.functional.l1_loss}[name]
        values = function(torch.softmax(logits, 1), target, reduction="none").mean(1)
    values.sum().backward()
    return values.tolist(), logits.grad.tolist()


folder = pathlib.Path(__file__).parent / "losses"
folder.mkdir(exist_ok=True)
for name, cases in CASES.items():
    golden = {"loss": name, "semantics": FRAMEWORK, "versions": VERSIONS, "classes": 5, "logits": sum(LOGITS, []), "cases": []}
    for kind, settings in cases:
        values, gradient = (keras_run if FRAMEWORK == "keras3" else pytorch_run)(name, kind, settings)
        targets = sum(TARGETS[kind], [])
        golden["cases"].append({"settings": settings, "kind": kind, "targets": targets, "values": values, "gradient": sum(gradient, [])})
    (folder / f"{FRAMEWORK}-{name}.json").write_text(json.dumps(golden) + "\n")
