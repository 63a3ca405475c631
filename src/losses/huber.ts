import { z } from "zod";
import { define } from "../catalogue/definition.js";

/**
 * Half the squared difference between probabilities and target up to delta, linear above; the mean over the classes. It is the
 * same in Keras and PyTorch. On softmax outputs no difference exceeds 1, so with the default delta of 1 it is half the mean
 * squared error.
 */
export const huber = define({
  name: "huber",
  title: "Huber loss",
  sources: [
    "Huber: Robust estimation of a location parameter (Annals of Mathematical Statistics 1964)",
    "keras/src/losses/losses.py: Huber",
    "tf_keras/src/losses.py: Huber",
    "torch/nn/modules/loss.py: HuberLoss",
  ],
  hyperparameters: {
    delta: z.number().gt(0).describe("difference above which the loss is linear"),
  },
  defaults: { keras3: { delta: 1 }, keras2: { delta: 1 }, pytorch: { delta: 1 } },
  formula: () =>
    "d = abs(softmax(z) - y)\nmean(where(d <= delta, 0.5 * d ** 2, delta * d - 0.5 * delta ** 2))",
});
