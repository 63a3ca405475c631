import { define } from "../formula/definition.js";
import { moments } from "./ranges.js";

/**
 * Adaptive moment estimation (Kingma & Ba 2015, algorithm 1 and the reformulation at the end of its section 2).
 * In Keras epsilon stands beside the uncorrected sqrt(v), the paper's "epsilon hat": at the first step it counts
 * 1 / sqrt(1 - beta2) = 32 times as much as the same number in PyTorch.
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
  defaults: {
    keras3: { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
    keras2: { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
    pytorch: { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
  },
  formula: (_, semantics) =>
    [
      "m = beta1 * m + (1 - beta1) * g",
      "v = beta2 * v + (1 - beta2) * g ** 2",
      semantics === "pytorch"
        ? "theta = theta - learningRate / (1 - beta1 ** t) * m / (sqrt(v) / sqrt(1 - beta2 ** t) + epsilon)"
        : "theta = theta - learningRate * sqrt(1 - beta2 ** t) / (1 - beta1 ** t) * m / (sqrt(v) + epsilon)",
    ].join("\n"),
});
