import { z } from "zod";
import { define } from "../catalogue/definition.js";
import { classWeights } from "./class-weights.js";

/**
 * Minus the log probability of the label, from logits. Keras computes it so too where the last layer is a softmax and
 * TensorFlow trains in graph mode (`_get_logits` in keras/src/backend/tensorflow/nn.py); so does PyTorch's `cross_entropy`.
 * Labels are class ids in Keras; here a target is always a row of classes, one-hot for a label, and the value is the same.
 *
 * PyTorch's `CrossEntropyLoss(weight)` divides by the sum of the batch's weights, which is not one number per sample, so
 * only Keras' form has class weights.
 * Only PyTorch smooths labels here: Keras' sparse form has no `label_smoothing`.
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
