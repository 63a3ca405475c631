import { z } from "zod";
import { define } from "../catalogue/definition.js";
import { decay, EPSILON_SPACE, epsilon, learningRate, MOMENTUM_SPACE, SQUARE_SPACE } from "./ranges.js";

/** Where the gradient is computed, between the newest point and the average. At 0, the average could not be recovered. */
const interpolation = decay
  .gt(0)
  .describe("point where the gradient is computed, from 0 (the newest point) to 1 (the average)");

const INTERPOLATION_SPACE = { ...MOMENTUM_SPACE, from: 0.5 };

const averaging = {
  warmupSteps: z.int().min(0).describe("steps over which the learning rate rises to its value"),
  r: z.number().min(0).describe("exponent of the step number in its weight in the average"),
  weightLearningRatePower: z
    .number()
    .min(0)
    .describe("exponent of the largest learning rate so far in the weight of a step"),
};
const weightDecay = z.number().min(0).describe("fraction of the weights added to the direction");

const SOURCES = [
  "Defazio et al.: The Road Less Scheduled (NeurIPS 2024), arXiv:2405.15682",
  "facebookresearch/schedule_free (the Python package schedulefree)",
] as const;

/** The common steps, given the direction `d`. z is the newest point, `evaluation` the average. */
const averagedStep = (warmupSteps: number, beta: string) => [
  `rate = learningRate${warmupSteps > 0 ? " * minimum(1, t / warmupSteps)" : ""}`,
  "largest = maximum(rate, largest)",
  "weight = t ** r * largest ** weightLearningRatePower",
  "total = total + weight",
  "c = where(total > 0, weight / total, 0)", // a warm-up's first rate is 0
  `theta = theta + c * (z - theta) + rate * (${beta} * (1 - c) - 1) * d`,
  "z = z - rate * d",
  `evaluation = theta + (1 - 1 / ${beta}) * (z - theta)`,
];

/** Gradient descent whose average converges without a schedule. The average is evaluated. */
export const scheduleFreeSgd = define({
  name: "scheduleFreeSgd",
  title: "Schedule-free SGD",
  sources: [...SOURCES],
  hyperparameters: { learningRate, momentum: interpolation, weightDecay, ...averaging },
  defaults: {
    author: {
      learningRate: 1,
      momentum: 0.9,
      weightDecay: 0,
      warmupSteps: 0,
      r: 0,
      weightLearningRatePower: 2,
    },
  },
  space: { momentum: INTERPOLATION_SPACE },
  formula: ({ weightDecay, warmupSteps }) =>
    [
      `d = g${weightDecay > 0 ? " + weightDecay * theta" : ""}`,
      ...averagedStep(warmupSteps, "momentum"),
    ].join("\n"),
  state: () => ({ z: "theta" }),
});

/**
 * AdamW without the mean gradient, averaged in the same way. Keras weights all steps equally and evaluates the point where the
 * gradient is computed, not the average. On most backends, it recovers the last average from the updated newest point, because its
 * `momentum_old` is the variable itself; "keras3" does the same.
 */
export const scheduleFreeAdamw = define({
  name: "scheduleFreeAdamw",
  title: "Schedule-free AdamW",
  sources: [...SOURCES, "keras/src/optimizers/schedule_free_adamw.py"],
  note: "Keras 3.15's ScheduleFreeAdamW depends on its backend and mode. `keras3` equals it on PyTorch, and on TensorFlow run eagerly (`run_eagerly=True`). On TensorFlow in graph mode, the default of `fit`, the newest point starts at 0 instead of at the weights, so the first step discards them. On JAX, in both modes, the last average is computed from the previous newest point, as in the paper. `author` is the authors' implementation.",
  hyperparameters: {
    learningRate,
    beta1: interpolation,
    beta2: decay.describe("decay of the mean squared gradient"),
    epsilon,
    weightDecay: weightDecay.optional(),
    warmupSteps: averaging.warmupSteps,
    r: averaging.r.optional(),
    weightLearningRatePower: averaging.weightLearningRatePower.optional(),
  },
  defaults: {
    keras3: { learningRate: 0.0025, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, warmupSteps: 0 },
    author: {
      learningRate: 0.0025,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      weightDecay: 0,
      warmupSteps: 0,
      r: 0,
      weightLearningRatePower: 2,
    },
  },
  space: { beta1: INTERPOLATION_SPACE, beta2: SQUARE_SPACE, epsilon: EPSILON_SPACE },
  formula({ weightDecay: share = 0, warmupSteps }, source) {
    const direction = [
      "v = beta2 * v + (1 - beta2) * g ** 2",
      `d = g / (sqrt(v / (1 - beta2 ** t)) + epsilon)${share > 0 ? " + weightDecay * theta" : ""}`,
    ];
    if (source === "author") return [...direction, ...averagedStep(warmupSteps, "beta1")].join("\n");
    return [
      ...direction,
      `z = z - learningRate${warmupSteps > 0 ? " * minimum(1, t / warmupSteps)" : ""} * d`,
      "average = (theta - (1 - beta1) * z) / beta1",
      "average = average + (z - average) / t",
      "theta = (1 - beta1) * z + beta1 * average",
    ].join("\n");
  },
  state: () => ({ z: "theta" }),
});
