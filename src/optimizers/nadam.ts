import { z } from "zod";
import { define } from "../catalogue/definition.js";
import { decay, EPSILON_SPACE, epsilon, learningRate, MOMENTUM_SPACE, SQUARE_SPACE } from "./ranges.js";

/**
 * Adam with Nesterov momentum that increases over the steps (Dozat 2016): from half of beta1 to beta1. This takes about a hundred
 * steps in Keras 3, which fixes `momentumDecay` at 1, and about 24,000 elsewhere.
 */
export const nadam = define({
  name: "nadam",
  title: "Nadam",
  sources: [
    "Dozat: Incorporating Nesterov Momentum into Adam (ICLR 2016 workshop)",
    "keras/src/optimizers/nadam.py",
    "tf_keras/src/optimizers/legacy/nadam.py",
    "torch/optim/nadam.py",
  ],
  hyperparameters: {
    learningRate,
    beta1: decay.describe("decay of the mean gradient after the momentum has risen"),
    beta2: decay.describe("decay of the mean squared gradient"),
    epsilon,
    momentumDecay: z
      .number()
      .min(0)
      .optional()
      .describe(
        "how fast the momentum rises (PyTorch; Keras 2 calls it schedule_decay; Keras 3 fixes it at 1)",
      ),
  },
  defaults: {
    keras3: { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
    keras2: { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, momentumDecay: 0.004 },
    pytorch: { learningRate: 0.002, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, momentumDecay: 0.004 },
  },
  space: { beta1: MOMENTUM_SPACE, beta2: SQUARE_SPACE, epsilon: EPSILON_SPACE },
  momentum: "beta1",
  formula({ momentumDecay }) {
    const step = (t: string) => (momentumDecay === undefined ? t : `(${t} * momentumDecay)`);
    return [
      `mu = beta1 * (1 - 0.5 * 0.96 ** ${step("t")})`,
      `next = beta1 * (1 - 0.5 * 0.96 ** ${step("(t + 1)")})`,
      "product = product * mu",
      "m = beta1 * m + (1 - beta1) * g",
      "v = beta2 * v + (1 - beta2) * g ** 2",
      "ahead = next / (1 - product * next) * m + (1 - mu) / (1 - product) * g",
      "theta = theta - learningRate * ahead / (sqrt(v / (1 - beta2 ** t)) + epsilon)",
    ].join("\n");
  },
  state: () => ({ product: 1 }),
});
