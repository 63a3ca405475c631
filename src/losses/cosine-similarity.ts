import { define } from "../catalogue/definition.js";

/**
 * The cosine c of the angle between probabilities (softmax outputs) and target: -c in Keras, 1 - c in PyTorch's
 * CosineEmbeddingLoss for matching pairs, which adds 1e-12 to both squared lengths. Keras' guard against vectors of length 0
 * (1e-7) never applies to probabilities.
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
