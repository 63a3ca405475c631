"""Golden files for the optimizers of Keras 2 (tf.keras 2.0 to 2.10, tf_keras.optimizers.legacy) on 8 parameters.

Usage: python optimizers_keras2.py      (writes optimizers/keras2-<name>.json beside this file)
Needs: pip install tf_keras tensorflow-cpu

Parameters, gradients and rates are those of keras3-<name>.json, which optimizers.py writes first. TensorFlow passes constants
through float32 even in double precision, so these files agree with the formulas to that precision only.
"""
import json, os, pathlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_USE_LEGACY_KERAS"] = "1"
import tensorflow as tf
import tf_keras

ADAM = {"learningRate": "learning_rate", "beta1": "beta_1", "beta2": "beta_2", "epsilon": "epsilon"}
NAMES = {
    "sgd": ("SGD", {"learningRate": "learning_rate", "momentum": "momentum", "nesterov": "nesterov"}, {}),
    "adam": ("Adam", ADAM, {}),
    "rmsprop": ("RMSprop", {"learningRate": "learning_rate", "rho": "rho", "momentum": "momentum", "epsilon": "epsilon", "centered": "centered"}, {}),
    "adagrad": ("Adagrad", {"learningRate": "learning_rate", "initialAccumulator": "initial_accumulator_value", "epsilon": "epsilon"}, {}),
    "amsgrad": ("Adam", ADAM, {"amsgrad": True}),
    "nadam": ("Nadam", {**ADAM, "momentumDecay": "schedule_decay"}, {}),
    "adamax": ("Adamax", ADAM, {}),
    "adadelta": ("Adadelta", {"learningRate": "learning_rate", "rho": "rho", "epsilon": "epsilon"}, {}),
    "ftrl": (
        "Ftrl",
        {
            "learningRate": "learning_rate",
            "learningRatePower": "learning_rate_power",
            "initialAccumulator": "initial_accumulator_value",
            "l1Strength": "l1_regularization_strength",
            "l2Strength": "l2_regularization_strength",
            "l2Shrinkage": "l2_shrinkage_regularization_strength",
            "beta": "beta",
        },
        {},
    ),
}


def make(name, settings):
    kind, names, extra = NAMES[name]
    options = {names[key]: value for key, value in settings.items()}
    return getattr(tf_keras.optimizers.legacy, kind)(**extra, **options)


def defaults_of(name):
    optimizer = make(name, {})
    config = optimizer.get_config()
    # Nadam's and Ftrl's configs call some arguments by other names.
    other = {"schedule_decay": "decay", "initial_accumulator_value": "initial_accumulator_value"}
    found = {key: config.get(option, config.get(other.get(option))) for key, option in NAMES[name][1].items()}
    return {key: value if value is not None else getattr(optimizer, NAMES[name][1][key]) for key, value in found.items()}


def run(name, settings, golden, rates):
    theta = tf.Variable(golden["theta"], dtype=tf.float64)
    optimizer = make(name, settings)
    after = []
    for gradient, rate in zip(golden["gradients"], rates):
        # Nadam's momentum schedule refuses a changed rate only where it is a schedule.
        optimizer.learning_rate = rate
        optimizer.apply_gradients([(tf.constant(gradient, dtype=tf.float64), theta)])
        after.append(theta.numpy().tolist())
    return after


folder = pathlib.Path(__file__).parent / "optimizers"
for name in NAMES:
    golden = json.loads((folder / f"keras3-{name}.json").read_text())
    rates = golden["cases"][0]["learningRates"]
    settings = [case["settings"] for case in golden["cases"]]
    if name == "nadam":
        settings.append({"momentumDecay": 0.5})
    cases = [{"settings": each, "learningRates": rates, "path": run(name, each, golden, rates)} for each in settings]
    golden.update(semantics="keras2", versions={"tf_keras": tf_keras.__version__}, defaults=defaults_of(name), cases=cases)
    (folder / f"keras2-{name}.json").write_text(json.dumps(golden) + "\n")
