import { define } from "../catalogue/definition.js";
import { MOMENT_DEFAULTS, MOMENTS, moments } from "./moments.js";
import { EPSILON_SPACE, MOMENTUM_SPACE, SQUARE_SPACE } from "./ranges.js";

/**
 * Adam without the divisor during the first steps, when its variance is too high, and with a rectified step afterwards (Liu et al.
 * 2020). Keras does not have it.
 */
export const radam = define({
  name: "radam",
  title: "RAdam",
  sources: [
    "Liu et al.: On the Variance of the Adaptive Learning Rate and Beyond (ICLR 2020), arXiv:1908.03265",
    "torch/optim/radam.py",
  ],
  hyperparameters: moments,
  defaults: { pytorch: MOMENT_DEFAULTS.pytorch },
  space: { beta1: MOMENTUM_SPACE, beta2: SQUARE_SPACE, epsilon: EPSILON_SPACE },
  momentum: "beta1",
  formula: () =>
    [
      MOMENTS,
      "longest = 2 / (1 - beta2) - 1",
      "length = longest - 2 * t * beta2 ** t / (1 - beta2 ** t)",
      "ratio = (length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)",
      "divided = sqrt(maximum(ratio, 0)) * sqrt(1 - beta2 ** t) / (sqrt(v) + epsilon)",
      "theta = theta - learningRate / (1 - beta1 ** t) * m * where(length > 5, divided, 1)",
    ].join("\n"),
});
