import { z } from "zod";

/**
 * Keras' `fit(class_weight=...)`: training multiplies a sample's loss by the weight of its class, for a soft target that of
 * its largest class, the first of several, and takes the mean over the samples. Evaluation is not weighted. An empty list
 * stands for 1 each.
 */
export const classWeights = z
  .array(z.number().min(0))
  .max(256)
  .readonly()
  .describe("factors of a sample's loss in training, one per class; empty for 1 each");
