import { z } from "zod";
import { define } from "../catalogue/definition.js";
import { decay, learningRate, MOMENTUM_SPACE } from "./ranges.js";

/**
 * Stochastic gradient descent, optionally with momentum (Polyak 1964) or Nesterov momentum (Sutskever et al. 2013). Keras
 * includes the learning rate in the velocity, PyTorch does not, so they differ once the rate changes.
 */
export const sgd = define({
  name: "sgd",
  title: "Stochastic gradient descent",
  sources: [
    "Sutskever, Martens, Dahl, Hinton: On the importance of initialization and momentum in deep learning (ICML 2013)",
    "keras/src/optimizers/sgd.py",
    "tf_keras/src/optimizers/legacy/gradient_descent.py",
    "torch/optim/sgd.py",
  ],
  hyperparameters: {
    learningRate,
    momentum: decay.describe("fraction of the previous step kept in the next one"),
    nesterov: z.boolean().describe("whether to use Nesterov momentum"),
    dampening: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe("fraction of the gradient kept out of the momentum (PyTorch only)"),
  },
  defaults: {
    keras3: { learningRate: 0.01, momentum: 0, nesterov: false },
    keras2: { learningRate: 0.01, momentum: 0, nesterov: false },
    pytorch: { learningRate: 0.001, momentum: 0, nesterov: false, dampening: 0 },
  },
  space: { momentum: MOMENTUM_SPACE },
  momentum: "momentum",
  conflict({ momentum, nesterov, dampening = 0 }) {
    if (momentum === 0 && nesterov)
      return "`nesterov` has no effect without `momentum`. Set `momentum` above 0.";
    if (momentum === 0 && dampening > 0)
      return "`dampening` has no effect without `momentum`. Set `momentum` above 0.";
    return nesterov && dampening > 0 ? "`nesterov` and `dampening` cannot be combined." : undefined;
  },
  formula({ momentum, nesterov, dampening = 0 }, semantics) {
    if (momentum === 0) return "theta = theta - learningRate * g";
    if (semantics !== "pytorch") {
      const step = nesterov ? "theta + momentum * v - learningRate * g" : "theta + v";
      return `v = momentum * v - learningRate * g\ntheta = ${step}`;
    }
    const velocity =
      dampening === 0 ? "momentum * v + g" : "where(t == 1, g, momentum * v + (1 - dampening) * g)";
    return `v = ${velocity}\ntheta = theta - learningRate * ${nesterov ? "(g + momentum * v)" : "v"}`;
  },
});
