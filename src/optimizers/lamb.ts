import { z } from "zod";
import { define } from "../catalogue/definition.js";
import { MOMENT_DEFAULTS, moments } from "./moments.js";
import { EPSILON_SPACE, MOMENTUM_SPACE, SQUARE_SPACE } from "./ranges.js";

/**
 * Adam whose step per parameter has the parameter's norm times the learning rate (You et al. 2020, algorithm 2). The authors add
 * weight decay to the direction before normalising it; Keras' LAMB has only the decay of all its optimizers.
 */
export const lamb = define({
  name: "lamb",
  title: "LAMB",
  sources: [
    "You et al.: Large Batch Optimization for Deep Learning: Training BERT in 76 minutes (ICLR 2020), arXiv:1904.00962",
    "keras/src/optimizers/lamb.py",
  ],
  hyperparameters: {
    ...moments,
    weightDecay: z
      .number()
      .min(0)
      .optional()
      .describe("fraction of the weights added to the direction (authors only)"),
  },
  defaults: {
    keras3: MOMENT_DEFAULTS.keras3,
    author: { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-6, weightDecay: 0.01 },
  },
  space: { beta1: MOMENTUM_SPACE, beta2: SQUARE_SPACE, epsilon: EPSILON_SPACE },
  momentum: "beta1",
  formula: ({ weightDecay = 0 }) =>
    [
      "parameters: {",
      "  m = beta1 * m + (1 - beta1) * g",
      "  v = beta2 * v + (1 - beta2) * g ** 2",
      "  u = m / (1 - beta1 ** t) / (sqrt(v / (1 - beta2 ** t)) + epsilon)",
      ...(weightDecay > 0 ? ["  u = u + weightDecay * theta"] : []),
      "  trust = where(norm(theta) > 0, where(norm(u) > 0, norm(theta) / norm(u), 1), 1)",
      "  theta = theta - learningRate * trust * u",
      "}",
    ].join("\n"),
});
