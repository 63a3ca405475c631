import { define } from "../catalogue/definition.js";
import { MOMENT_DEFAULTS, MOMENTS, momentStep, moments } from "./moments.js";
import { EPSILON_SPACE, MOMENTUM_SPACE, SQUARE_SPACE } from "./ranges.js";

/**
 * Adam whose divisor never decreases (Reddi et al. 2018). Keras and PyTorch call it Adam with `amsgrad=True`, and use the maximum
 * of the uncorrected v. Epsilon is used as in their Adam.
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
  defaults: MOMENT_DEFAULTS,
  space: { beta1: MOMENTUM_SPACE, beta2: SQUARE_SPACE, epsilon: EPSILON_SPACE },
  momentum: "beta1",
  formula: (_, source) =>
    [MOMENTS, "largest = maximum(largest, v)", momentStep(source, "largest")].join("\n"),
});
