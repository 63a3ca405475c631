"""Keras' names of hyperparameters, by optimbench's."""

MOMENTS = {"beta1": "beta_1", "beta2": "beta_2", "epsilon": "epsilon"}
RMSPROP = {"rho": "rho", "momentum": "momentum", "epsilon": "epsilon", "centered": "centered"}
ADAGRAD = {"initialAccumulator": "initial_accumulator_value", "epsilon": "epsilon"}
FTRL = {
    "learningRatePower": "learning_rate_power",
    "initialAccumulator": "initial_accumulator_value",
    "l1Strength": "l1_regularization_strength",
    "l2Strength": "l2_regularization_strength",
    "l2Shrinkage": "l2_shrinkage_regularization_strength",
    "beta": "beta",
}
MUON = {
    "momentum": "momentum",
    "nesterov": "nesterov",
    "weightDecay": "weight_decay",
    "adamLearningRateRatio": "adam_lr_ratio",
    "beta1": "adam_beta_1",
    "beta2": "adam_beta_2",
    "epsilon": "epsilon",
    "adamWeightDecay": "adam_weight_decay",
}

# Hyperparameters that would pass through float32 in Keras 2.
CAST = [
    "momentum",
    "rho",
    "beta_1",
    "beta_2",
    "beta",
    "weight_decay",
    "learning_rate_power",
    "l1_regularization_strength",
    "l2_regularization_strength",
]
