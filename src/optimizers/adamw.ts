import { z } from "zod";
import { define } from "../formula/definition.js";
import { moments } from "./ranges.js";

/**
 * Adam beside which the weights decay by themselves, at the learning rate (Loshchilov & Hutter 2019). Keras 2's legacy
 * optimizers lack it: `keras2` is that of its later ones.
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
    weightDecay: z.number().min(0).describe("share of the weights, times the rate, that a step takes away"),
  },
  defaults: {
    keras3: { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, weightDecay: 0.004 },
    keras2: { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, weightDecay: 0.004 },
    pytorch: { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 },
  },
  formula: ({ weightDecay }, source) =>
    [
      ...(weightDecay > 0 ? ["theta = theta - learningRate * weightDecay * theta"] : []),
      "m = beta1 * m + (1 - beta1) * g",
      "v = beta2 * v + (1 - beta2) * g ** 2",
      source === "pytorch"
        ? "theta = theta - learningRate / (1 - beta1 ** t) * m / (sqrt(v) / sqrt(1 - beta2 ** t) + epsilon)"
        : "theta = theta - learningRate * sqrt(1 - beta2 ** t) / (1 - beta1 ** t) * m / (sqrt(v) + epsilon)",
    ].join("\n"),
});
