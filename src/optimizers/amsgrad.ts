import { define } from "../formula/definition.js";
import { moments } from "./ranges.js";

/**
 * Adam whose divisor never shrinks (Reddi et al. 2018): Keras and PyTorch call it Adam with `amsgrad=True`, and take the
 * largest of the uncorrected v. Epsilon stands as in their Adam.
 */
export const amsgrad = define({
  name: "amsgrad",
  title: "AMSGrad",
  sources: [
    "Reddi, Kale, Kumar: On the Convergence of Adam and Beyond (ICLR 2018), arXiv:1904.09237",
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
  formula: (_, source) =>
    [
      "m = beta1 * m + (1 - beta1) * g",
      "v = beta2 * v + (1 - beta2) * g ** 2",
      "largest = maximum(largest, v)",
      source === "pytorch"
        ? "theta = theta - learningRate / (1 - beta1 ** t) * m / (sqrt(largest) / sqrt(1 - beta2 ** t) + epsilon)"
        : "theta = theta - learningRate * sqrt(1 - beta2 ** t) / (1 - beta1 ** t) * m / (sqrt(largest) + epsilon)",
    ].join("\n"),
});
