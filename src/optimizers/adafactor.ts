import { z } from "zod";
import { define } from "../catalogue/definition.js";
import { learningRate } from "./ranges.js";

const KERAS = { learningRate: 0.001, beta2Decay: -0.8, epsilon1: 1e-30, epsilon2: 1e-3, clipThreshold: 1 };

/**
 * Adam with a divisor from row and column means only, so that its state is much smaller than the matrix (Shazeer & Stern 2018).
 * The step is relative to the size of the parameter, and its rate is at most 1 / sqrt(t). Keras' option `relative_step` has no
 * effect there, so it is omitted here. PyTorch's default epsilon1 is float32's machine epsilon. Keras 2's legacy optimizers lack
 * Adafactor; `keras2` is its later version.
 */
export const adafactor = define({
  name: "adafactor",
  title: "Adafactor",
  sources: [
    "Shazeer, Stern: Adafactor: Adaptive Learning Rates with Sublinear Memory Cost (ICML 2018), arXiv:1804.04235",
    "keras/src/optimizers/adafactor.py",
    "tf_keras/src/optimizers/adafactor.py",
    "torch/optim/_adafactor.py",
  ],
  note: 'If a unit is dead, so that its row and its column of gradients are 0, the divisor of Keras underflows in float32 and the weights become NaN. Keras 3.15 diverges for this reason on `paper-cnn`, and so do keras3 and keras2 here. PyTorch bounds the divisor: use `semantics: "pytorch"` (on the command line, adafactor:semantics=pytorch).',
  hyperparameters: {
    learningRate,
    beta2Decay: z.number().lt(0).describe("exponent with which the decay of the mean square approaches 1"),
    epsilon1: z.number().min(0).max(1).describe("small constant that keeps the divisor positive"),
    epsilon2: z
      .number()
      .min(0)
      .describe("lower bound on the root mean square of a parameter, which scales its step"),
    clipThreshold: z
      .number()
      .gt(0)
      .describe("largest root mean square of an update, before the learning rate is applied"),
    weightDecay: z
      .number()
      .min(0)
      .optional()
      .describe("fraction of the weights, times the learning rate, subtracted per step (PyTorch only)"),
  },
  defaults: {
    keras3: KERAS,
    keras2: KERAS,
    pytorch: {
      learningRate: 0.01,
      beta2Decay: -0.8,
      epsilon1: 2 ** -23,
      epsilon2: 1e-3,
      clipThreshold: 1,
      weightDecay: 0,
    },
  },
  formula({ weightDecay = 0 }, source) {
    const keras = source !== "pytorch";
    const decay = weightDecay > 0 ? ["theta = theta - learningRate * weightDecay * theta"] : [];
    const divisor = (variance: string) =>
      keras ? `sqrt(${variance})` : `sqrt(maximum(${variance}, epsilon1 ** 2))`;
    const rowsOf = keras ? "columnMean(r)" : "maximum(columnMean(r), epsilon1)";
    const block = (name: string, variance: readonly string[], estimate: string) =>
      [
        `${name}: {`,
        ...[
          "size = maximum(epsilon2, sqrt(mean(theta ** 2)))",
          ...decay,
          "beta2 = 1 - t ** beta2Decay",
          `s = g ** 2${keras ? " + epsilon1" : ""}`,
          ...variance,
          `u = g / ${divisor(estimate)}`,
          "u = u / maximum(1, sqrt(mean(u ** 2)) / clipThreshold)",
          "theta = theta - minimum(learningRate, 1 / sqrt(t)) * size * u",
        ].map((line) => `  ${line}`),
        "}",
      ].join("\n");
    return [
      block(
        "matrices",
        ["r = beta2 * r + (1 - beta2) * rowMean(s)", "c = beta2 * c + (1 - beta2) * columnMean(s)"],
        `r / ${rowsOf} * c`,
      ),
      block("vectors", ["v = beta2 * v + (1 - beta2) * s"], "v"),
    ].join("\n");
  },
});
