import { z } from "zod";
import { define } from "../catalogue/definition.js";
import { MOMENT_DEFAULTS, MOMENTS, momentStep, moments } from "./moments.js";
import { EPSILON_SPACE, MOMENTUM_SPACE, SQUARE_SPACE } from "./ranges.js";

/**
 * Adam with decoupled weight decay, proportional to the learning rate (Loshchilov & Hutter 2019). Keras 2's legacy optimizers lack
 * AdamW; `keras2` is its later version.
 */
export const adamw = define({
  name: "adamw",
  title: "AdamW",
  sources: [
    "Loshchilov, Hutter: Decoupled Weight Decay Regularization (ICLR 2019), arXiv:1711.05101",
    "keras/src/optimizers/adamw.py",
    "tf_keras/src/optimizers/adamw.py",
    "torch/optim/adamw.py",
  ],
  hyperparameters: {
    ...moments,
    weightDecay: z
      .number()
      .min(0)
      .describe("fraction of the weights, times the learning rate, subtracted per step"),
  },
  defaults: {
    keras3: { ...MOMENT_DEFAULTS.keras3, weightDecay: 0.004 },
    keras2: { ...MOMENT_DEFAULTS.keras2, weightDecay: 0.004 },
    pytorch: { ...MOMENT_DEFAULTS.pytorch, weightDecay: 0.01 },
  },
  space: { beta1: MOMENTUM_SPACE, beta2: SQUARE_SPACE, epsilon: EPSILON_SPACE },
  momentum: "beta1",
  formula: ({ weightDecay }, source) =>
    [
      ...(weightDecay > 0 ? ["theta = theta - learningRate * weightDecay * theta"] : []),
      MOMENTS,
      momentStep(source, "v"),
    ].join("\n"),
});
