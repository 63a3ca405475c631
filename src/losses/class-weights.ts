import { z } from "zod";
import { MOST_CLASSES } from "../data/dataset.js";

/**
 * Keras' `fit(class_weight=...)`: training multiplies a sample's loss by the weight of its class and takes the mean over the
 * samples. The class of a soft target is its largest, the first of several. Evaluation is not weighted. An empty list means 1
 * for every class.
 *
 * The cross-entropies have class weights in Keras' form only: PyTorch's `CrossEntropyLoss(weight)` divides by the sum of the
 * batch's weights, which is not a loss per sample.
 */
export const classWeights = z
  .array(z.number().min(0))
  .max(MOST_CLASSES)
  .readonly()
  .describe("factors of a sample's loss in training, one per class; empty for 1 each");
