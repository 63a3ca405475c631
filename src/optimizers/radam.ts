import { define } from "../formula/definition.js";
import { moments } from "./ranges.js";

/**
 * Adam without its divisor while too few gradients were seen to trust it, and with a step corrected for their number
 * afterwards (Liu et al. 2020). Keras has none.
 */
export const radam = define({
  name: "radam",
  title: "RAdam",
  sources: [
    "Liu et al.: On the Variance of the Adaptive Learning Rate and Beyond (ICLR 2020), arXiv:1908.03265",
    "torch/optim/radam.py",
  ],
  hyperparameters: moments,
  defaults: { pytorch: { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } },
  formula: () =>
    [
      "m = beta1 * m + (1 - beta1) * g",
      "v = beta2 * v + (1 - beta2) * g ** 2",
      "longest = 2 / (1 - beta2) - 1",
      "length = longest - 2 * t * beta2 ** t / (1 - beta2 ** t)",
      "ratio = (length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)",
      "divided = sqrt(maximum(ratio, 0)) * sqrt(1 - beta2 ** t) / (sqrt(v) + epsilon)",
      "theta = theta - learningRate / (1 - beta1 ** t) * m * where(length > 5, divided, 1)",
    ].join("\n"),
});
