import { define } from "../catalogue/definition.js";

/**
 * Negative log-likelihood of counts y, without the term that does not depend on the prediction; the mean over the classes. Keras
 * expects rates, here softmax(z), and adds 1e-7 inside the logarithm. PyTorch's PoissonNLLLoss by default expects the logarithms
 * of the rates (`log_input`), here the logits.
 */
export const poisson = define({
  name: "poisson",
  title: "Poisson loss",
  sources: [
    "keras/src/losses/losses.py: Poisson",
    "tf_keras/src/losses.py: Poisson",
    "torch/nn/modules/loss.py: PoissonNLLLoss",
  ],
  note: "PyTorch's formula computes exp(z), which overflows float32 if a logit is above 88. A run that reaches such a logit diverges.",
  hyperparameters: {},
  defaults: { keras3: {}, keras2: {}, pytorch: {} },
  formula: (_, source) =>
    source === "pytorch" ? "mean(exp(z) - y * z)" : "p = softmax(z)\nmean(p - y * log(p + 1e-7))",
});
