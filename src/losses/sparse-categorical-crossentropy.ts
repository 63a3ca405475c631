import { z } from "zod";
import { define } from "../formula/definition.js";
import { classWeights } from "./class-weights.js";

/**
 * Minus the log probability of the label, from logits. Keras computes it so too where the last layer is a softmax and
 * TensorFlow trains in graph mode (`_get_logits` in keras/src/backend/tensorflow/nn.py); so does PyTorch's `cross_entropy`.
 * Labels are class ids in Keras; here a target is always a row of classes, one-hot for a label, and the value is the same.
 *
 * Class weights are those of Keras' `fit(class_weight=...)`: a sample's loss times the weight of its class, mean over the
 * batch. PyTorch's `CrossEntropyLoss(weight)` divides by the sum of the batch's weights, which is not one number a sample.
 * Only PyTorch smooths labels here: Keras' sparse form has no `label_smoothing`.
 */
export const sparseCategoricalCrossentropy = define({
  name: "sparseCategoricalCrossentropy",
  title: "Sparse categorical cross-entropy",
  sources: [
    "keras/src/losses/losses.py: SparseCategoricalCrossentropy",
    "torch/nn/modules/loss.py: CrossEntropyLoss",
  ],
  hyperparameters: {
    labelSmoothing: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe("share of the target spread over all classes (PyTorch only)"),
    classWeights: classWeights.optional(),
  },
  defaults: { keras3: { classWeights: [] }, pytorch: { labelSmoothing: 0 } },
  formula({ labelSmoothing = 0, classWeights = [] }) {
    if (labelSmoothing > 0)
      return "l = logSoftmax(z)\n-(1 - labelSmoothing) * sum(y * l) - labelSmoothing * mean(l)";
    return classWeights.length > 0 ? "-sum(classWeights * y * logSoftmax(z))" : "-sum(y * logSoftmax(z))";
  },
});
