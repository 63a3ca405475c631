import { define } from "../catalogue/definition.js";
import { MOMENT_DEFAULTS, MOMENTS, momentStep, moments } from "./moments.js";
import { EPSILON_SPACE, MOMENTUM_SPACE, SQUARE_SPACE } from "./ranges.js";

/**
 * Adaptive moment estimation (Kingma & Ba 2015, algorithm 1 and the reformulation at the end of its section 2).
 * Keras adds epsilon to the uncorrected sqrt(v), as the paper's "epsilon hat". At the first step, it has
 * 1 / sqrt(1 - beta2) = 32 times the effect of the same number in PyTorch.
 */
export const adam = define({
  name: "adam",
  title: "Adam",
  sources: [
    "Kingma, Ba: Adam: A Method for Stochastic Optimization (ICLR 2015), arXiv:1412.6980",
    "keras/src/optimizers/adam.py",
    "tf_keras/src/optimizers/legacy/adam.py",
    "torch/optim/adam.py",
  ],
  hyperparameters: moments,
  defaults: MOMENT_DEFAULTS,
  space: { beta1: MOMENTUM_SPACE, beta2: SQUARE_SPACE, epsilon: EPSILON_SPACE },
  momentum: "beta1",
  formula: (_, source) => [MOMENTS, momentStep(source, "v")].join("\n"),
});
