import { z } from "zod";
import { define } from "../catalogue/definition.js";

/**
 * (1 - p ** q) / q with the label's probability p. It lies between the cross-entropy (q near 0) and the mean absolute error
 * (q = 1), so it is more robust to wrong labels. For a soft target, it is the mean weighted by the target. p ** q is computed as
 * exp(q log p), whose gradient stays finite if p underflows. Keras calls it CategoricalGeneralizedCrossEntropy, for 0 < q < 1.
 */
export const generalisedCrossentropy = define({
  name: "generalisedCrossentropy",
  title: "Generalised cross-entropy",
  sources: [
    "Zhang, Sabuncu: Generalized cross entropy loss for training deep neural networks with noisy labels (NeurIPS 2018), equation 6",
    "keras/src/losses/losses.py: CategoricalGeneralizedCrossEntropy",
  ],
  hyperparameters: {
    q: z
      .number()
      .gt(0)
      .max(1)
      .describe("shape, from the cross-entropy (near 0) to the mean absolute error (1)"),
  },
  defaults: { author: { q: 0.7 }, keras3: { q: 0.5 } },
  formula: () => "sum(y * (1 - exp(q * logSoftmax(z)))) / q",
});
