import { z } from "zod";
import type { Source } from "../catalogue/semantics.js";

/**
 * Settings of every optimizer, in addition to its hyperparameters. Each adds statements before or after the formula, so that the
 * formula in a result is complete.
 */
export const GRADIENT_TRANSFORMS = {
  l2: z
    .number()
    .gt(0)
    .optional()
    .describe(
      "fraction of the weights added to the gradient (PyTorch's weight_decay; Keras' regularizers.L2 takes half of it)",
    ),
  decoupledWeightDecay: z
    .number()
    .gt(0)
    .optional()
    .describe(
      "fraction of the weights, times the learning rate, subtracted per step, separately from the gradient (Keras' weight_decay)",
    ),
  clipValue: z
    .number()
    .gt(0)
    .optional()
    .describe("largest absolute value in the gradient; larger ones are clipped"),
  clipNorm: z
    .number()
    .gt(0)
    .optional()
    .describe("largest norm of one parameter's gradient; a larger one is scaled down"),
  globalClipNorm: z
    .number()
    .gt(0)
    .optional()
    .describe("largest norm of the whole gradient; a larger one is scaled down"),
  weightAverage: z
    .number()
    .min(0)
    .lt(1)
    .optional()
    .describe("decay of the moving average of the weights, which is then evaluated in their place"),
} as const;

export type GradientTransforms = { readonly [Key in keyof typeof GRADIENT_TRANSFORMS]?: number };

/**
 * Applies gradient transforms to a formula. In order: clip the gradient, as in Keras and PyTorch's clip_grad_*, decay the weights,
 * run the optimizer's step, update the average.
 *
 * Sources: keras/src/optimizers/base_optimizer.py (clip_gradients, _apply_weight_decay,
 * _update_model_variables_moving_average), torch/nn/utils/clip_grad.py, torch/optim/swa_utils.py.
 */
export function applyGradientTransforms(
  formula: string,
  gradientTransforms: GradientTransforms,
  source: Source,
): string {
  const { l2, decoupledWeightDecay, clipValue, clipNorm, globalClipNorm, weightAverage } = gradientTransforms;
  // Both frameworks scale a longer gradient to the bound; PyTorch adds 1e-6 to its norm.
  const shortened = (bound: string) =>
    source.startsWith("keras")
      ? `g = g * ${bound} / maximum(norm(g), ${bound})`
      : `g = g * minimum(1, ${bound} / (norm(g) + 1e-6))`;
  return [
    ...(clipValue === undefined ? [] : ["g = clip(g, -clipValue, clipValue)"]),
    ...(clipNorm === undefined ? [] : [`parameters: {\n  ${shortened("clipNorm")}\n}`]),
    ...(globalClipNorm === undefined ? [] : [shortened("globalClipNorm")]),
    ...(l2 === undefined ? [] : ["g = g + l2 * theta"]),
    ...(decoupledWeightDecay === undefined
      ? []
      : ["theta = theta - learningRate * decoupledWeightDecay * theta"]),
    formula,
    ...(weightAverage === undefined
      ? []
      : [
          "all: {", // its names are separate from the formula's
          "  average = where(t == 1, theta, weightAverage * average + (1 - weightAverage) * theta)",
          "  evaluation = average",
          "}",
        ]),
  ].join("\n");
}

/** What is wrong with gradient transforms that are each in range; undefined if nothing. */
export function gradientTransformConflict(
  gradientTransforms: GradientTransforms,
  formula: string,
): string | undefined {
  if (gradientTransforms.decoupledWeightDecay !== undefined && /weightDecay/i.test(formula))
    return "The optimizer already has a weight decay. Set `weightDecay` instead of `decoupledWeightDecay`.";
  if (gradientTransforms.weightAverage !== undefined && /\bevaluation\b/.test(formula))
    return "The optimizer already averages its weights for evaluation. Omit `weightAverage`.";
  return undefined;
}
