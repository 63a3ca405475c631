import { z } from "zod";
import { define } from "../catalogue/definition.js";
import { decay, learningRate, MOMENTUM_SPACE } from "./ranges.js";

/**
 * Steps of constant size in the direction of the sign of an interpolated momentum, with decoupled weight decay (Chen et al. 2023).
 * Keras 2's legacy optimizers lack Lion; `keras2` is its later version. PyTorch does not have it.
 */
export const lion = define({
  name: "lion",
  title: "Lion",
  sources: [
    "Chen et al.: Symbolic Discovery of Optimization Algorithms (NeurIPS 2023), arXiv:2302.06675, algorithm 2",
    "keras/src/optimizers/lion.py",
    "tf_keras/src/optimizers/lion.py",
  ],
  hyperparameters: {
    learningRate,
    beta1: decay.describe("weight of the momentum in the direction"),
    beta2: decay.describe("decay of the momentum"),
    weightDecay: z
      .number()
      .min(0)
      .optional()
      .describe("fraction of the weights, times the learning rate, subtracted per step (authors only)"),
  },
  defaults: {
    keras3: { learningRate: 0.001, beta1: 0.9, beta2: 0.99 },
    keras2: { learningRate: 0.0001, beta1: 0.9, beta2: 0.99 },
    author: { learningRate: 0.0001, beta1: 0.9, beta2: 0.99, weightDecay: 0 },
  },
  space: { beta1: MOMENTUM_SPACE },
  momentum: "beta1",
  formula: ({ weightDecay = 0 }) =>
    [
      "direction = sign(beta1 * m + (1 - beta1) * g)",
      `theta = theta - learningRate * ${weightDecay > 0 ? "(direction + weightDecay * theta)" : "direction"}`,
      "m = beta2 * m + (1 - beta2) * g",
    ].join("\n"),
});
