import { define } from "../catalogue/definition.js";
import { decay, EPSILON_SPACE, epsilon, learningRate, MOMENTUM_SPACE, SQUARE_SPACE } from "./ranges.js";

/**
 * Adam that divides by a decaying maximum of the gradient instead of its root mean square (Kingma & Ba 2015, section 7.1). Keras
 * adds epsilon to the divisor, PyTorch to the gradient before the maximum.
 */
export const adamax = define({
  name: "adamax",
  title: "Adamax",
  sources: [
    "Kingma, Ba: Adam: A Method for Stochastic Optimization (ICLR 2015), arXiv:1412.6980",
    "keras/src/optimizers/adamax.py",
    "tf_keras/src/optimizers/legacy/adamax.py",
    "torch/optim/adamax.py",
  ],
  hyperparameters: {
    learningRate,
    beta1: decay.describe("decay of the mean gradient"),
    beta2: decay.describe("decay of the largest gradient"),
    epsilon,
  },
  defaults: {
    keras3: { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
    keras2: { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
    pytorch: { learningRate: 0.002, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
  },
  space: { beta1: MOMENTUM_SPACE, beta2: SQUARE_SPACE, epsilon: EPSILON_SPACE },
  momentum: "beta1",
  formula: (_, source) =>
    [
      "m = beta1 * m + (1 - beta1) * g",
      source === "pytorch" ? "u = maximum(beta2 * u, abs(g) + epsilon)" : "u = maximum(beta2 * u, abs(g))",
      `theta = theta - learningRate / (1 - beta1 ** t) * m / ${source === "pytorch" ? "u" : "(u + epsilon)"}`,
    ].join("\n"),
});
