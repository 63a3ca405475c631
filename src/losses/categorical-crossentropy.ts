import { z } from "zod";
import { define } from "../catalogue/definition.js";
import { classWeights } from "./class-weights.js";

/**
 * The cross-entropy for targets that are rows of probabilities, one-hot or soft. Label smoothing is y (1 - e) + e / classes in
 * both Keras and PyTorch.
 */
export const categoricalCrossentropy = define({
  name: "categoricalCrossentropy",
  title: "Categorical cross-entropy",
  sources: [
    "keras/src/losses/losses.py: CategoricalCrossentropy",
    "tf_keras/src/losses.py: CategoricalCrossentropy",
    "torch/nn/modules/loss.py: CrossEntropyLoss",
  ],
  hyperparameters: {
    labelSmoothing: z.number().min(0).max(1).describe("fraction of the target spread over all classes"),
    classWeights: classWeights.optional(),
  },
  defaults: {
    keras3: { labelSmoothing: 0, classWeights: [] },
    keras2: { labelSmoothing: 0, classWeights: [] },
    pytorch: { labelSmoothing: 0 },
  },
  formula: ({ labelSmoothing }) =>
    labelSmoothing === 0
      ? "-sum(y * logSoftmax(z))"
      : "l = logSoftmax(z)\n-(1 - labelSmoothing) * sum(y * l) - labelSmoothing * mean(l)",
});
