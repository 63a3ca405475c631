import { z } from "zod";
import { define } from "../catalogue/definition.js";
import { classWeights } from "./class-weights.js";

/**
 * The negative log probability of the label, from logits. PyTorch's `cross_entropy` computes it the same way, and so does Keras
 * if the last layer is a softmax and TensorFlow trains in graph mode (`_get_logits` in keras/src/backend/tensorflow/nn.py). In
 * Keras, labels are class ids; here a target is always a row of classes, one-hot for a label, with the same value.
 *
 * Only PyTorch's form smooths labels: Keras' sparse form has no `label_smoothing`.
 */
export const sparseCategoricalCrossentropy = define({
  name: "sparseCategoricalCrossentropy",
  title: "Sparse categorical cross-entropy",
  sources: [
    "keras/src/losses/losses.py: SparseCategoricalCrossentropy",
    "tf_keras/src/losses.py: SparseCategoricalCrossentropy",
    "torch/nn/modules/loss.py: CrossEntropyLoss",
  ],
  hyperparameters: {
    labelSmoothing: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe("fraction of the target spread over all classes (PyTorch only)"),
    classWeights: classWeights.optional(),
  },
  defaults: { keras3: { classWeights: [] }, keras2: { classWeights: [] }, pytorch: { labelSmoothing: 0 } },
  formula: ({ labelSmoothing = 0 }) =>
    labelSmoothing > 0
      ? "l = logSoftmax(z)\n-(1 - labelSmoothing) * sum(y * l) - labelSmoothing * mean(l)"
      : "-sum(y * logSoftmax(z))",
});
