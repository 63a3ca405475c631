import { z } from "zod";
import { define } from "../formula/definition.js";

/**
 * The same for targets that are rows of probabilities, one-hot or soft, and with label smoothing:
 * y (1 - e) + e / classes, in Keras as in PyTorch.
 */
export const categoricalCrossentropy = define({
  name: "categoricalCrossentropy",
  title: "Categorical cross-entropy",
  sources: [
    "keras/src/losses/losses.py: CategoricalCrossentropy",
    "torch/nn/modules/loss.py: CrossEntropyLoss",
  ],
  hyperparameters: {
    labelSmoothing: z.number().min(0).max(1).describe("share of the target spread over all classes"),
  },
  defaults: { keras3: { labelSmoothing: 0 }, pytorch: { labelSmoothing: 0 } },
  formula: ({ labelSmoothing }) =>
    labelSmoothing === 0
      ? "-sum(y * logSoftmax(z))"
      : "l = logSoftmax(z)\n-(1 - labelSmoothing) * sum(y * l) - labelSmoothing * mean(l)",
});
