import { z } from "zod";
import { define } from "../catalogue/definition.js";
import { EPSILON_SPACE, epsilon, learningRate } from "./ranges.js";

/**
 * Divides the gradient by the root of the sum of all its squares (Duchi et al. 2011), so that the steps become smaller over time.
 * The sum starts at 0.1 in Keras and at 0 in PyTorch: with |g| = 0.001, the first step is 3.2e-6 in Keras and 0.01 in PyTorch.
 */
export const adagrad = define({
  name: "adagrad",
  title: "Adagrad",
  sources: [
    "Duchi, Hazan, Singer: Adaptive Subgradient Methods for Online Learning and Stochastic Optimization (JMLR 12, 2011)",
    "keras/src/optimizers/adagrad.py",
    "tf_keras/src/optimizers/legacy/adagrad.py",
    "torch/optim/adagrad.py",
  ],
  hyperparameters: {
    learningRate,
    initialAccumulator: z.number().min(0).describe("initial value of the sum of squares"),
    epsilon,
    lrDecay: z
      .number()
      .min(0)
      .optional()
      .describe("additional decay of the learning rate per step (PyTorch only)"),
  },
  defaults: {
    keras3: { learningRate: 0.001, initialAccumulator: 0.1, epsilon: 1e-7 },
    keras2: { learningRate: 0.001, initialAccumulator: 0.1, epsilon: 1e-7 },
    pytorch: { learningRate: 0.01, initialAccumulator: 0, epsilon: 1e-10, lrDecay: 0 },
  },
  space: { epsilon: EPSILON_SPACE },
  formula({ lrDecay = 0 }, semantics) {
    const rate = lrDecay === 0 ? "learningRate" : "learningRate / (1 + (t - 1) * lrDecay)";
    const divisor = semantics === "keras3" ? "sqrt(a + epsilon)" : "(sqrt(a) + epsilon)";
    return `a = a + g ** 2\ntheta = theta - ${rate} * g / ${divisor}`;
  },
  state: ({ initialAccumulator }) => ({ a: initialAccumulator }),
});
