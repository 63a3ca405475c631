import { define } from "../catalogue/definition.js";

/**
 * Kullback-Leibler divergence of the probabilities from the target, summed over the classes. Keras clips both to [1e-7, 1], below
 * which the gradient is 0. PyTorch's KLDivLoss takes log-probabilities, here logSoftmax(z), and defines 0 log 0 as 0. The sum
 * over the classes equals its reduction "batchmean"; its default reduction "mean" also divides by the number of classes.
 */
export const klDivergence = define({
  name: "klDivergence",
  title: "Kullback-Leibler divergence",
  sources: [
    "Kullback, Leibler: On information and sufficiency (Annals of Mathematical Statistics 1951)",
    "keras/src/losses/losses.py: KLDivergence",
    "tf_keras/src/losses.py: KLDivergence",
    "torch/nn/modules/loss.py: KLDivLoss",
  ],
  hyperparameters: {},
  defaults: { keras3: {}, keras2: {}, pytorch: {} },
  formula: (_, source) =>
    source === "pytorch"
      ? "sum(y * (log(where(y > 0, y, 1)) - logSoftmax(z)))"
      : "t = clip(y, 1e-7, 1)\nsum(t * log(t / clip(softmax(z), 1e-7, 1)))",
});
