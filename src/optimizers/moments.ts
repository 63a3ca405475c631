import type { Source } from "../catalogue/semantics.js";
import { decay, epsilon, learningRate } from "./ranges.js";

/** The moments of Adam and its variants: the mean gradient m and the mean squared gradient v (Kingma & Ba 2015, algorithm 1). */
export const moments = {
  learningRate,
  beta1: decay.describe("decay of the mean gradient"),
  beta2: decay.describe("decay of the mean squared gradient"),
  epsilon,
} as const;

/** The defaults of each framework. */
export const MOMENT_DEFAULTS = {
  keras3: { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
  keras2: { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
  pytorch: { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
} as const;

export const MOMENTS = "m = beta1 * m + (1 - beta1) * g\nv = beta2 * v + (1 - beta2) * g ** 2";

/** The step along m divided by the root of `square`, both with bias correction. */
export const momentStep = (source: Source, square: string): string =>
  source === "pytorch"
    ? `theta = theta - learningRate / (1 - beta1 ** t) * m / (sqrt(${square}) / sqrt(1 - beta2 ** t) + epsilon)`
    : `theta = theta - learningRate * sqrt(1 - beta2 ** t) / (1 - beta1 ** t) * m / (sqrt(${square}) + epsilon)`;
