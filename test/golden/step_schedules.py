"""Golden files for schedules that change from step to step: Keras' and PyTorch's rates of each step, in double
precision.

Usage: python step_schedules.py      (writes schedules/*.json beside this file, except for reduceOnPlateau, which
       schedules.py writes)
Needs: pip install torch keras numpy
"""

import json
import os
import pathlib

os.environ["KERAS_BACKEND"] = "torch"  # TensorFlow's casts constants through float32
import keras
import torch

keras.config.set_floatx("float64")
keras_schedules = keras.optimizers.schedules

RATE = 0.3
STEPS_PER_EPOCH = 7
EPOCHS = 6
STEPS = STEPS_PER_EPOCH * EPOCHS
BEYOND = STEPS + 8


def keras_rates(schedule, steps=BEYOND):
    return [float(schedule(step)) for step in range(steps)]


def exponential(decayRate=0.96, decaySteps=STEPS_PER_EPOCH, staircase=False):
    return keras_rates(keras_schedules.ExponentialDecay(RATE, decaySteps, decayRate, staircase))


def inverse_time(decayRate=0.5, decaySteps=STEPS_PER_EPOCH, staircase=False):
    return keras_rates(keras_schedules.InverseTimeDecay(RATE, decaySteps, decayRate, staircase))


def polynomial(decaySteps=STEPS, endLearningRate=1e-4, power=1.0, cycle=False):
    return keras_rates(keras_schedules.PolynomialDecay(RATE, decaySteps, endLearningRate, power, cycle))


def cosine(decaySteps=None, alpha=0.0, warmUpEpochs=0, warmUpFrom=0.0):
    if warmUpEpochs == 0:
        return keras_rates(keras_schedules.CosineDecay(RATE, decaySteps or STEPS, alpha))
    warm_up = int(warmUpEpochs * STEPS_PER_EPOCH + 0.5)
    schedule = keras_schedules.CosineDecay(
        warmUpFrom * RATE, decaySteps or STEPS - warm_up, alpha, warmup_target=RATE, warmup_steps=warm_up
    )
    return keras_rates(schedule)


def cosine_restarts(firstDecaySteps=STEPS_PER_EPOCH, tMul=2.0, mMul=1.0, alpha=0.0):
    return keras_rates(keras_schedules.CosineDecayRestarts(RATE, firstDecaySteps, tMul, mMul, alpha))


def piecewise(boundaries, values):
    return keras_rates(keras_schedules.PiecewiseConstantDecay(boundaries, values))


def torch_rates(make, every=1, steps=STEPS, key="lr"):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=RATE, momentum=0.9)
    schedule = make(optimizer)
    rates = []
    for step in range(steps):
        rates.append(optimizer.param_groups[0][key])
        optimizer.step()
        if (step + 1) % every == 0 and step + 1 < steps:
            schedule.step()
    return rates


def one_cycle(
    pctStart=0.3,
    annealStrategy="cos",
    divFactor=25.0,
    finalDivFactor=1e4,
    threePhase=False,
    baseMomentum=0.85,
    maxMomentum=0.95,
    key="lr",
):
    return torch_rates(
        lambda optimizer: torch.optim.lr_scheduler.OneCycleLR(
            optimizer,
            RATE,
            total_steps=STEPS,
            pct_start=pctStart,
            anneal_strategy=annealStrategy,
            div_factor=divFactor,
            final_div_factor=finalDivFactor,
            three_phase=threePhase,
            base_momentum=baseMomentum,
            max_momentum=maxMomentum,
        ),
        key=key,
    )


def step(stepSize, gamma=0.1):
    return torch_rates(
        lambda optimizer: torch.optim.lr_scheduler.StepLR(optimizer, stepSize, gamma), every=STEPS_PER_EPOCH
    )


CASES = {
    "step": (step, [{"stepSize": 1}, {"stepSize": 2, "gamma": 0.5}, {"stepSize": 4, "gamma": 1.5}]),
    "exponential": (
        exponential,
        [{}, {"decayRate": 0.5, "decaySteps": 10}, {"decayRate": 0.1, "decaySteps": 5, "staircase": True}],
    ),
    "inverseTime": (
        inverse_time,
        [{}, {"decayRate": 2.0, "decaySteps": 10}, {"decayRate": 0.7, "decaySteps": 4, "staircase": True}],
    ),
    "polynomial": (
        polynomial,
        [
            {},
            {"power": 2.0, "endLearningRate": 0.01},
            {"power": 0.5, "decaySteps": 11},
            {"decaySteps": 10, "cycle": True, "power": 1.5},
        ],
    ),
    "cosine": (
        cosine,
        [
            {},
            {"alpha": 0.1},
            {"decaySteps": 20},
            {"warmUpEpochs": 1},
            {"warmUpEpochs": 1.5, "warmUpFrom": 0.2, "alpha": 0.05},
            {"warmUpEpochs": 0.5, "decaySteps": 15},
        ],
    ),
    "cosineRestarts": (
        cosine_restarts,
        [
            {},
            {"firstDecaySteps": 10, "tMul": 1.0},
            {"firstDecaySteps": 5, "tMul": 1.5, "mMul": 0.8, "alpha": 0.02},
            {"firstDecaySteps": 3, "tMul": 2.0, "mMul": 0.5},
        ],
    ),
    "oneCycle": (
        one_cycle,
        [
            {},
            {"pctStart": 0.25, "annealStrategy": "linear"},
            {"threePhase": True},
            {
                "threePhase": True,
                "pctStart": 0.4,
                "annealStrategy": "linear",
                "divFactor": 10.0,
                "finalDivFactor": 100.0,
            },
            {"pctStart": 0.0},
            {"pctStart": 1.0},
            {"baseMomentum": 0.8, "maxMomentum": 0.97},
            {"baseMomentum": 0.5, "maxMomentum": 0.9, "threePhase": True, "annealStrategy": "linear"},
        ],
    ),
    "piecewise": (
        piecewise,
        [{"boundaries": [10, 30], "values": [0.2, 0.02, 0.5]}, {"boundaries": [0], "values": [1.0, 0.5]}],
    ),
}

folder = pathlib.Path(__file__).parent / "schedules"
for name, (rates, settings) in CASES.items():
    golden = {
        "versions": {"keras": keras.__version__, "torch": torch.__version__},
        "learningRate": RATE,
        "stepsPerEpoch": STEPS_PER_EPOCH,
        "epochs": EPOCHS,
        "cases": [{"schedule": each, "rates": rates(**each)} for each in settings],
    }
    for case in golden["cases"]:
        if "baseMomentum" in case["schedule"]:
            case["momenta"] = rates(**case["schedule"], key="momentum")
    (folder / f"{name}.json").write_text(json.dumps(golden) + "\n")
