import { z } from "zod";
import { define } from "../catalogue/definition.js";

/**
 * Cross-entropy that down-weights samples that are already classified correctly: alpha (1 - p) ** gamma times -log p. Keras clips
 * the probabilities to [1e-7, 1 - 1e-7], beyond which the gradient is 0. (It also normalises p, which a softmax already is.) The
 * authors' form has no such bounds; they define it for a sigmoid per class, and here it uses the softmax, as Keras does. PyTorch
 * does not have it.
 */
export const categoricalFocalCrossentropy = define({
  name: "categoricalFocalCrossentropy",
  title: "Focal loss",
  sources: [
    "Lin, Goyal, Girshick, He, Dollár: Focal loss for dense object detection (ICCV 2017), equation 5",
    "keras/src/losses/losses.py: CategoricalFocalCrossentropy",
    "tf_keras/src/losses.py: CategoricalFocalCrossentropy",
  ],
  hyperparameters: {
    alpha: z
      .union([z.number().min(0), z.array(z.number().min(0)).min(1).readonly()])
      .describe("weight of all classes, or one number per class"),
    gamma: z
      .number()
      .min(0)
      .describe("how strongly easy samples are down-weighted; 0 gives the cross-entropy"),
    labelSmoothing: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe("fraction of the target spread over all classes (Keras only)"),
  },
  defaults: {
    keras3: { alpha: 0.25, gamma: 2, labelSmoothing: 0 },
    keras2: { alpha: 0.25, gamma: 2, labelSmoothing: 0 },
    author: { alpha: 0.25, gamma: 2 },
  },
  formula({ labelSmoothing = 0 }, source) {
    // For 0 < gamma < 1, the slope of (1 - p) ** gamma is infinite at p = 1, which float32 reaches.
    if (source === "author")
      return "l = logSoftmax(z)\n-sum(alpha * maximum(1 - exp(l), 1e-12) ** gamma * y * l)";
    const terms = "p = clip(softmax(z), 1e-7, 1 - 1e-7)\nl = alpha * (1 - p) ** gamma * log(p)";
    const smoothed = "-(1 - labelSmoothing) * sum(y * l) - labelSmoothing * mean(l)";
    return `${terms}\n${labelSmoothing === 0 ? "-sum(y * l)" : smoothed}`;
  },
});
