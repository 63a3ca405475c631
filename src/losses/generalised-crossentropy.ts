import { z } from "zod";
import { define } from "../catalogue/definition.js";

/**
 * (1 - p ** q) / q with the label's probability p: between the cross-entropy (q near 0) and the mean absolute error
 * (q = 1), and so less moved by wrong labels. Of a soft target, the mean by its weights. p ** q is taken as exp(q log p),
 * whose gradient stays finite where p underflows. Keras has it as CategoricalGeneralizedCrossEntropy, for 0 < q < 1.
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
