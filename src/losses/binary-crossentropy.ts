import { z } from "zod";
import { define } from "../catalogue/definition.js";

/**
 * Treats each class as a separate binary question with p = sigmoid(z): the mean over the classes of
 * -y log p - (1 - y) log(1 - p). It is computed from logits, as in Keras' BinaryCrossentropy(from_logits=True) and PyTorch's
 * BCEWithLogitsLoss. Keras smooths labels to y (1 - e) + e / 2.
 */
export const binaryCrossentropy = define({
  name: "binaryCrossentropy",
  title: "Binary cross-entropy on logits",
  sources: [
    "keras/src/losses/losses.py: BinaryCrossentropy",
    "tf_keras/src/losses.py: BinaryCrossentropy",
    "torch/nn/modules/loss.py: BCEWithLogitsLoss",
  ],
  hyperparameters: {
    labelSmoothing: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe("fraction by which each target moves towards one half (Keras only)"),
  },
  defaults: { keras3: { labelSmoothing: 0 }, keras2: { labelSmoothing: 0 }, pytorch: {} },
  formula: ({ labelSmoothing = 0 }) =>
    labelSmoothing === 0
      ? "mean(softplus(z) - y * z)"
      : "mean(softplus(z) - (y * (1 - labelSmoothing) + labelSmoothing / 2) * z)",
});
