import { z } from "zod";
import { define } from "../catalogue/definition.js";
import { decay, epsilon, learningRate, MOMENTUM_SPACE } from "./ranges.js";

/** Step sizes by PyTorch's names; Keras uses the second. */
const SCALES = {
  original: "sqrt(maximum(1, rows(g) / columns(g)))",
  match_rms_adamw: "0.2 * sqrt(maximum(rows(g), columns(g)))",
  spectral_unclamped: "sqrt(rows(g) / columns(g))",
};

/**
 * Orthogonalises the momentum of matrices by five Newton-Schulz iterations, and uses AdamW for other parameters (Jordan 2024). The
 * author applies it to hidden weights, with those of a convolution flattened to filters by inputs; Keras and PyTorch apply it to
 * the matrices of dense layers only. The author's step size depends on the last two axes of the gradient, which for a convolution
 * are the height and width of its kernel.
 */
export const muon = define({
  name: "muon",
  title: "Muon",
  sources: [
    "Jordan et al.: Muon: An optimizer for hidden layers in neural networks (2024)",
    "KellerJordan/Muon, muon.py: SingleDeviceMuonWithAuxAdam",
    "Liu et al.: Muon is Scalable for LLM Training (2025), arXiv:2502.16982 (Keras' step size)",
    "keras/src/optimizers/muon.py",
    "torch/optim/_muon.py",
  ],
  note: "All computation uses the precision of the training run; the author's code and PyTorch round the iterations to bfloat16. PyTorch's Muon accepts only matrices and leaves the optimizer of the other parameters to its user: here it is AdamW with PyTorch's defaults, as in the example in its documentation. The author's code scales the step of a convolution by the height over the width of its kernel, so the step of a square kernel is not scaled, although the matrix is filters by inputs.",
  hyperparameters: {
    learningRate,
    momentum: decay.describe("fraction of the previous momentum kept in the next one"),
    nesterov: z.boolean().describe("whether to use Nesterov momentum"),
    adjustLearningRate: z
      .enum(["original", "match_rms_adamw", "spectral_unclamped"])
      .optional()
      .describe("how the step of a matrix depends on its rows and columns (PyTorch only)"),
    weightDecay: z
      .number()
      .min(0)
      .describe("fraction of the matrices, times the learning rate, subtracted per step"),
    adamLearningRateRatio: z
      .number()
      .min(0)
      .describe("learning rate of AdamW, as a multiple of the learning rate"),
    beta1: decay.describe("AdamW: decay of the mean gradient"),
    beta2: decay.describe("AdamW: decay of the mean squared gradient"),
    epsilon,
    adamWeightDecay: z
      .number()
      .min(0)
      .describe("AdamW: fraction of the weights, times the learning rate, subtracted per step"),
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
    pytorch: {
      learningRate: 0.001,
      momentum: 0.95,
      nesterov: true,
      adjustLearningRate: "original",
      weightDecay: 0.1,
      adamLearningRateRatio: 1,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      adamWeightDecay: 0.01,
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
  space: { momentum: MOMENTUM_SPACE },
  momentum: "momentum",
  formula({ nesterov, adjustLearningRate = "original", weightDecay, adamWeightDecay }, source) {
    const keras = source === "keras3";
    const author = source === "author";
    const mean = keras ? "m = momentum * m + g" : "m = momentum * m + (1 - momentum) * g";
    const ahead = keras ? "x = g + momentum * m" : "x = momentum * m + (1 - momentum) * g";
    // In Keras, AdamW's weight decay uses the unscaled learning rate.
    const adamRate = keras ? "learningRate" : "learningRate * adamLearningRateRatio";
    const iteration = [
      "a = matmul(x, transpose(x))",
      "x = 3.4445 * x + matmul(2.0315 * matmul(a, a) - 4.775 * a, x)",
    ];
    return [
      `${author ? "hidden" : "dense"}: {`,
      ...[
        ...(weightDecay > 0 ? ["theta = theta - learningRate * weightDecay * theta"] : []),
        mean,
        nesterov ? ahead : "x = m",
        source === "pytorch" ? "x = x / maximum(norm(x), 1e-7)" : "x = x / (norm(x) + 1e-7)",
        ...(author ? ["x = flatten(x)"] : []),
        "tall = rows(x) > columns(x)", // multiply along the shorter side
        "x = where(tall, transpose(x), x)",
        ...Array.from({ length: 5 }, () => iteration).flat(),
        "x = where(tall, transpose(x), x)",
        `scale = ${SCALES[keras ? "match_rms_adamw" : adjustLearningRate]}`,
        `theta = theta - learningRate * scale * ${author ? "reshape(x, theta)" : "x"}`,
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
