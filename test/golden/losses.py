"""Golden files for losses: each sample's value, and the gradient of their sum with respect to the logits, in double
precision.

Usage: python losses.py keras3; python losses.py keras2; python losses.py pytorch; python losses.py author
       (each writes losses/<source>-<name>.json beside this file; separately, since TensorFlow and PyTorch do not
       always work in one process)
Needs: pip install torch keras tf_keras tensorflow-cpu numpy

Keras 2 is tf_keras. Keras (3 on its TensorFlow backend) computes as in a model that ends in a softmax and trains in
graph mode: the loss receives probabilities, and its cross-entropies find the logits that these came from. Hinges
receive the logits. PyTorch's cross_entropy, multi_margin_loss and poisson_nll_loss (log_input) receive logits, kl_div
their log_softmax, and its other losses softmax(logits). A loss that both lack is computed from its paper's equation;
complex steps, which do not cancel, give its gradient.
"""

import json
import os
import pathlib
import sys

import numpy as np

SOURCE = sys.argv[1]
if SOURCE == "keras3":
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import keras
    from keras.src.trainers.data_adapters.data_adapter_utils import class_weight_to_sample_weights

    keras.config.set_floatx("float64")
    import tensorflow as tf

    VERSIONS = {"keras": keras.__version__, "tensorflow": tf.__version__}
elif SOURCE == "keras2":
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    os.environ["TF_USE_LEGACY_KERAS"] = "1"
    import tensorflow as tf
    import tf_keras as keras

    keras.backend.set_floatx("float64")
    VERSIONS = {"tf_keras": keras.__version__, "tensorflow": tf.__version__}

    def class_weight_to_sample_weights(target, weights):
        """As in fit(): each sample has the weight of its class or, with a soft target, of its largest class."""
        weigh = keras.src.engine.data_adapter._make_class_weight_map_fn(weights)
        return weigh(tf.constant(target), tf.constant(target))[2]
elif SOURCE == "pytorch":
    import torch

    torch.set_default_dtype(torch.float64)
    VERSIONS = {"torch": torch.__version__.split("+")[0]}
else:
    VERSIONS = {"numpy": np.__version__}

LOGITS = [
    [0.0, 0.0, 0.0, 0.0, 0.0],
    [1.5, -0.3, 0.2, 2.1, -1.2],
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
WEIGHTS = [1.0, 0.25, 3.0, 0.0, 1.75]  # exact in float32, which Keras makes of a list
TARGETS = {"labels": ONE_HOT, "oneHot": ONE_HOT, "soft": SOFT}

both = lambda *settings: [(kind, each) for each in settings or [{}] for kind in ("oneHot", "soft")]
labels = lambda *settings: [("labels", each) for each in settings or [{}]]
one_hot = lambda *settings: [("oneHot", each) for each in settings or [{}]]

CASES = {
    "keras3": {
        "sparseCategoricalCrossentropy": labels({}, {"classWeights": WEIGHTS}),
        "categoricalCrossentropy": [
            *both({}),
            ("oneHot", {"labelSmoothing": 0.1}),
            ("soft", {"labelSmoothing": 0.3}),
            *both({"classWeights": WEIGHTS}, {"classWeights": WEIGHTS, "labelSmoothing": 0.2}),
        ],
        "meanSquaredError": both(),
        "meanAbsoluteError": both(),
        "binaryCrossentropy": both({}, {"labelSmoothing": 0.1}),
        "categoricalFocalCrossentropy": both(
            {}, {"gamma": 0}, {"gamma": 0.5, "alpha": 1}, {"alpha": WEIGHTS}, {"labelSmoothing": 0.2, "alpha": WEIGHTS}
        ),
        "huber": both({}, {"delta": 0.3}),
        "logCosh": both(),
        "klDivergence": both(),
        "poisson": both(),
        "hinge": one_hot(),
        "squaredHinge": one_hot(),
        "categoricalHinge": both(),
        "cosineSimilarity": both(),
        "generalisedCrossentropy": labels({}, {"q": 0.9}),
    },
    "pytorch": {
        "sparseCategoricalCrossentropy": labels({}, {"labelSmoothing": 0.1}),
        "categoricalCrossentropy": [*both({}), ("oneHot", {"labelSmoothing": 0.1}), ("soft", {"labelSmoothing": 0.3})],
        "meanSquaredError": both(),
        "meanAbsoluteError": both(),
        "binaryCrossentropy": both(),
        "huber": both({}, {"delta": 0.3}),
        "klDivergence": both(),
        "poisson": both(),
        "multiMargin": labels(
            {}, {"p": 2}, {"margin": 0.5}, {"classWeights": WEIGHTS}, {"p": 2, "margin": 2, "classWeights": WEIGHTS}
        ),
        "cosineSimilarity": both(),
    },
    "author": {
        "categoricalFocalCrossentropy": both({}, {"gamma": 0}, {"gamma": 0.5, "alpha": 1}, {"alpha": WEIGHTS}),
        "brier": both(),
        "generalisedCrossentropy": both({}, {"q": 0.3}, {"q": 1}),
    },
}
CASES["keras2"] = {
    name: cases for name, cases in CASES["keras3"].items() if name != "generalisedCrossentropy"
}  # which came later


def keras_loss(name, settings):
    """The loss, and whether it takes the logits themselves as its prediction."""
    k = keras.losses
    exact = lambda value: (
        tf.constant(value, tf.float64) if SOURCE == "keras2" else value
    )  # which passes numbers through float32
    whole = {"reduction": None if SOURCE == "keras3" else "none"}
    smoothing = {"label_smoothing": settings.get("labelSmoothing", 0.0)}
    focal = {key: settings[key] for key in ("alpha", "gamma") if key in settings}
    return {
        "sparseCategoricalCrossentropy": lambda: (k.SparseCategoricalCrossentropy(**whole), False),
        "categoricalCrossentropy": lambda: (k.CategoricalCrossentropy(**whole, **smoothing), False),
        "meanSquaredError": lambda: (k.MeanSquaredError(**whole), False),
        "meanAbsoluteError": lambda: (k.MeanAbsoluteError(**whole), False),
        "binaryCrossentropy": lambda: (k.BinaryCrossentropy(from_logits=True, **whole, **smoothing), True),
        "categoricalFocalCrossentropy": lambda: (k.CategoricalFocalCrossentropy(**whole, **smoothing, **focal), False),
        "huber": lambda: (k.Huber(**whole, **{key: exact(value) for key, value in settings.items()}), False),
        "logCosh": lambda: (k.LogCosh(**whole), False),
        "klDivergence": lambda: (k.KLDivergence(**whole), False),
        "poisson": lambda: (k.Poisson(**whole), False),
        "hinge": lambda: (k.Hinge(**whole), True),
        "squaredHinge": lambda: (k.SquaredHinge(**whole), True),
        "categoricalHinge": lambda: (k.CategoricalHinge(**whole), True),
        "cosineSimilarity": lambda: (k.CosineSimilarity(**whole), False),
        "generalisedCrossentropy": lambda: (k.CategoricalGeneralizedCrossEntropy(**whole, **settings), False),
    }[name]()


def keras_run(name, kind, settings):
    loss, raw = keras_loss(name, settings)
    target = np.array(LABELS) if kind == "labels" else np.array(TARGETS[kind])
    weights = None
    if "classWeights" in settings:
        weights = class_weight_to_sample_weights(target, dict(enumerate(settings["classWeights"])))
    prediction = (lambda logits: logits) if raw else keras.activations.softmax

    @tf.function
    def run(logits):
        with tf.GradientTape() as tape:
            tape.watch(logits)
            values = loss(tf.constant(target), prediction(logits), sample_weight=weights)
        return values, tape.gradient(values, logits)

    values, gradient = run(tf.constant(LOGITS, tf.float64))
    if name == "logCosh":
        values += np.float64(np.log(np.float32(2))) - np.log(2)  # Keras takes the constant in float32, subtracts it
    return values.numpy().tolist(), gradient.numpy().tolist()


def pytorch_run(name, kind, settings):
    F = torch.nn.functional
    z = torch.tensor(LOGITS, requires_grad=True)
    y = torch.tensor(LABELS) if kind == "labels" else torch.tensor(TARGETS[kind])
    p = torch.softmax(z, 1)
    cross_entropy = lambda: F.cross_entropy(z, y, reduction="none", label_smoothing=settings.get("labelSmoothing", 0.0))
    weight = torch.tensor(settings["classWeights"]) if "classWeights" in settings else None
    values = {
        "sparseCategoricalCrossentropy": cross_entropy,
        "categoricalCrossentropy": cross_entropy,
        "meanSquaredError": lambda: F.mse_loss(p, y, reduction="none").mean(1),
        "meanAbsoluteError": lambda: F.l1_loss(p, y, reduction="none").mean(1),
        "binaryCrossentropy": lambda: F.binary_cross_entropy_with_logits(z, y, reduction="none").mean(1),
        "huber": lambda: F.huber_loss(p, y, reduction="none", **settings).mean(1),
        "klDivergence": lambda: torch.stack(
            [F.kl_div(row[None], t[None], reduction="batchmean") for row, t in zip(torch.log_softmax(z, 1), y)]
        ),
        "poisson": lambda: F.poisson_nll_loss(z, y, reduction="none").mean(1),
        "multiMargin": lambda: F.multi_margin_loss(
            z, y, p=settings.get("p", 1), margin=settings.get("margin", 1.0), weight=weight, reduction="none"
        ),
        "cosineSimilarity": lambda: F.cosine_embedding_loss(p, y, torch.ones(len(y)), reduction="none"),
    }[name]()
    values.sum().backward()
    return values.tolist(), z.grad.tolist()


def author_run(name, kind, settings):
    y = np.array(TARGETS[kind])

    def values(z):
        e = np.exp(z - z.real.max(1, keepdims=True))
        p = e / e.sum(1, keepdims=True)
        if name == "brier":
            return ((p - y) ** 2).sum(1)
        if name == "generalisedCrossentropy":
            q = settings.get("q", 0.7)
            return (y * (1 - p**q) / q).sum(1)
        alpha, gamma = np.array(settings.get("alpha", 0.25)), settings.get("gamma", 2)
        others = (e.sum(1, keepdims=True) - e) / e.sum(1, keepdims=True)  # 1 - p
        return -(alpha * y * others**gamma * np.log(p)).sum(1)

    z = np.array(LOGITS)
    step = 1e-40
    gradient = [values(z + 1j * step * np.eye(5)[k]).imag / step for k in range(5)]
    return values(z.astype(complex)).real.tolist(), np.array(gradient).T.tolist()


run = {"pytorch": pytorch_run, "author": author_run}.get(SOURCE, keras_run)
folder = pathlib.Path(__file__).parent / "losses"
folder.mkdir(exist_ok=True)
for name, cases in CASES[SOURCE].items():
    golden = {
        "loss": name,
        "semantics": SOURCE,
        "versions": VERSIONS,
        "classes": 5,
        "logits": sum(LOGITS, []),
        "cases": [],
    }
    for kind, settings in cases:
        values, gradient = run(name, kind, settings)
        targets = sum(TARGETS[kind], [])
        golden["cases"].append(
            {"settings": settings, "kind": kind, "targets": targets, "values": values, "gradient": sum(gradient, [])}
        )
    (folder / f"{SOURCE}-{name}.json").write_text(json.dumps(golden) + "\n")
