import { z } from "zod";
import { define } from "../catalogue/definition.js";
import { learningRate } from "./ranges.js";

const strength = z.number().min(0);

const DEFAULTS = {
  learningRate: 0.001,
  learningRatePower: -0.5,
  initialAccumulator: 0.1,
  l1Strength: 0,
  l2Strength: 0,
  l2Shrinkage: 0,
  beta: 0,
};

/**
 * Follow the regularised leader (McMahan et al. 2013): recomputes the weights at each step from the sum of all gradients, with
 * penalties that can make them exactly zero. It is designed for linear models; the initial weights soon have little effect. If a
 * weight has had no gradient and `initialAccumulator` is 0, Keras 2 sets it to 0, and Keras 3 divides 0 by 0.
 */
export const ftrl = define({
  name: "ftrl",
  title: "FTRL",
  sources: [
    "McMahan et al.: Ad Click Prediction: a View from the Trenches (KDD 2013)",
    "keras/src/optimizers/ftrl.py",
    "tf_keras/src/optimizers/legacy/ftrl.py",
  ],
  note: "The formula divides by the learning rate. A schedule that reaches a rate of 0, as every warm-up from 0 does, is rejected before the run; in Keras, the weights become NaN. Set `warmUpFrom`, or the final rate of the schedule, above 0.",
  hyperparameters: {
    learningRate,
    learningRatePower: z
      .number()
      .max(0)
      .describe("power of the sum of squares by which the learning rate falls"),
    initialAccumulator: z.number().min(0).describe("initial value of the sum of squares"),
    l1Strength: strength.describe("L1 penalty on the weights"),
    l2Strength: strength.describe("L2 penalty on the weights"),
    l2Shrinkage: strength.describe("L2 penalty on the weights that acts through the gradient"),
    beta: strength.describe("added to the root of the sum of squares, as in the paper"),
  },
  defaults: {
    keras3: DEFAULTS,
    keras2: DEFAULTS,
  },
  formula({ l2Shrinkage }, source) {
    const weights = "(clip(z, -l1Strength, l1Strength) - z) / quadratic";
    return [
      "sum2 = n + g ** 2",
      `z = z + g${l2Shrinkage > 0 ? " + 2 * l2Shrinkage * theta" : ""} - (sum2 ** -learningRatePower - n ** -learningRatePower) / learningRate * theta`,
      "n = sum2",
      "quadratic = n ** -learningRatePower / learningRate + 2 * (l2Strength + beta / (2 * learningRate))",
      `theta = ${source === "keras2" ? `where(abs(z) > l1Strength, ${weights}, 0)` : weights}`,
    ].join("\n");
  },
  state: ({ initialAccumulator }) => ({ n: initialAccumulator }),
});
