import { z } from "zod";
import { define } from "../formula/definition.js";
import { decay, epsilon, learningRate } from "./ranges.js";

/**
 * Momentum made orthogonal by five Newton-Schulz iterations, for matrices; AdamW for the rest (Jordan 2024). The author takes
 * hidden weights, a convolution's flattened to filters by inputs; Keras takes every matrix of a dense layer, and none else.
 * Both are computed in the training's own precision here; the author's code rounds the iterations to bfloat16.
 */
export const muon = define({
  name: "muon",
  title: "Muon",
  sources: [
    "Jordan et al.: Muon: An optimizer for hidden layers in neural networks (2024)",
    "KellerJordan/Muon, muon.py: SingleDeviceMuonWithAuxAdam",
    "Liu et al.: Muon is Scalable for LLM Training (2025), arXiv:2502.16982 (Keras' step size)",
    "keras/src/optimizers/muon.py",
  ],
  hyperparameters: {
    learningRate,
    momentum: decay.describe("share of the last momentum that the next keeps"),
    nesterov: z.boolean().describe("whether to look ahead along the momentum"),
    weightDecay: z.number().min(0).describe("share of the matrices, times the rate, that a step takes away"),
    adamLearningRateRatio: z.number().min(0).describe("the rate of AdamW, in units of the learning rate"),
    beta1: decay.describe("AdamW: decay of the mean gradient"),
    beta2: decay.describe("AdamW: decay of the mean squared gradient"),
    epsilon,
    adamWeightDecay: z
      .number()
      .min(0)
      .describe("AdamW: share of the weights, times the rate, that a step takes away"),
  },
  defaults: {
    keras3: {
      learningRate: 0.001,
      momentum: 0.95,
      nesterov: true,
      weightDecay: 0.004,
      adamLearningRateRatio: 1,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-7,
      adamWeightDecay: 0.004,
    },
    author: {
      learningRate: 0.02,
      momentum: 0.95,
      nesterov: true,
      weightDecay: 0,
      adamLearningRateRatio: 0.015,
      beta1: 0.9,
      beta2: 0.95,
      epsilon: 1e-10,
      adamWeightDecay: 0,
    },
  },
  momentum: "momentum",
  formula({ nesterov, weightDecay, adamWeightDecay }, source) {
    const keras = source === "keras3";
    const mean = keras ? "m = momentum * m + g" : "m = momentum * m + (1 - momentum) * g";
    const ahead = keras ? "x = g + momentum * m" : "x = momentum * m + (1 - momentum) * g";
    const scale = keras
      ? "0.2 * sqrt(maximum(rows(x), columns(x)))"
      : "sqrt(maximum(1, rows(x) / columns(x)))";
    // Keras lets AdamW's weights decay at the learning rate itself.
    const adamRate = keras ? "learningRate" : "learningRate * adamLearningRateRatio";
    const iteration = [
      "a = matmul(x, transpose(x))",
      "x = 3.4445 * x + matmul(2.0315 * matmul(a, a) - 4.775 * a, x)",
    ];
    return [
      `${keras ? "dense" : "hidden"}: {`,
      ...[
        ...(weightDecay > 0 ? ["theta = theta - learningRate * weightDecay * theta"] : []),
        mean,
        nesterov ? ahead : "x = m",
        "x = x / (norm(x) + 1e-7)",
        ...(keras ? [] : ["x = flatten(x)"]),
        "tall = rows(x) > columns(x)", // the product is that of the shorter side
        "x = where(tall, transpose(x), x)",
        ...Array.from({ length: 5 }, () => iteration).flat(),
        "x = where(tall, transpose(x), x)",
        `theta = theta - learningRate * ${scale} * ${keras ? "x" : "reshape(x, theta)"}`,
      ].map((line) => `  ${line}`),
      "}",
      "others: {",
      ...[
        ...(adamWeightDecay > 0 ? [`theta = theta - ${adamRate} * adamWeightDecay * theta`] : []),
        "m = beta1 * m + (1 - beta1) * g",
        "v = beta2 * v + (1 - beta2) * g ** 2",
        keras
          ? "u = sqrt(1 - beta2 ** t) / (1 - beta1 ** t) * m / (sqrt(v) + epsilon)"
          : "u = m / (1 - beta1 ** t) / (sqrt(v / (1 - beta2 ** t)) + epsilon)",
        "theta = theta - learningRate * adamLearningRateRatio * u",
      ].map((line) => `  ${line}`),
      "}",
    ].join("\n");
  },
});
