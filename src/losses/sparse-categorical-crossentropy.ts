import { define } from "../formula/definition.js";

/**
 * Minus the log probability of the label, from logits. Keras computes it so too where the last layer is a softmax and
 * TensorFlow trains in graph mode (`_get_logits` in keras/src/backend/tensorflow/nn.py); so does PyTorch's `cross_entropy`.
 * Labels are class ids in Keras; here a target is always a row of classes, one-hot for a label, and the value is the same.
 */
export const sparseCategoricalCrossentropy = define({
  name: "sparseCategoricalCrossentropy",
  title: "Sparse categorical cross-entropy",
  sources: [
    "keras/src/losses/losses.py: SparseCategoricalCrossentropy",
    "torch/nn/modules/loss.py: CrossEntropyLoss",
  ],
  hyperparameters: {},
  defaults: { keras3: {}, pytorch: {} },
  formula: () => "-sum(y * logSoftmax(z))",
});
