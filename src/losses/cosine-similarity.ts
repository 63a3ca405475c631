import { define } from "../catalogue/definition.js";

/**
 * The cosine of the angle between probabilities and target: minus it in Keras, 1 minus it in PyTorch's
 * CosineEmbeddingLoss for pairs that belong together, which adds 1e-12 to both squared lengths. On softmax outputs.
 * Keras' guard against vectors of length 0 (1e-7) never acts on these.
 */
export const cosineSimilarity = define({
  name: "cosineSimilarity",
  title: "Cosine similarity",
  sources: [
    "keras/src/losses/losses.py: CosineSimilarity",
    "tf_keras/src/losses.py: CosineSimilarity",
    "torch/nn/modules/loss.py: CosineEmbeddingLoss",
  ],
  hyperparameters: {},
  defaults: { keras3: {}, keras2: {}, pytorch: {} },
  formula: (_, source) =>
    source === "pytorch"
      ? "p = softmax(z)\n1 - sum(y * p) / sqrt((sum(p ** 2) + 1e-12) * (sum(y ** 2) + 1e-12))"
      : "p = softmax(z)\n-sum(y * p) / sqrt(sum(y ** 2) * sum(p ** 2))",
});
