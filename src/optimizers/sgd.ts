import { z } from "zod";
import { defineOptimizer } from "./definition.js";
import { decay } from "./ranges.js";

/**
 * Stochastic gradient descent, with momentum (Polyak 1964) or Nesterov's (Sutskever et al. 2013) where asked for.
 * Keras keeps the learning rate inside the velocity, PyTorch outside: they differ once the rate changes.
 */
export const sgd = defineOptimizer({
  name: "sgd",
  title: "Stochastic gradient descent",
  sources: [
    "Sutskever, Martens, Dahl, Hinton: On the importance of initialization and momentum in deep learning (ICML 2013)",
    "keras/src/optimizers/sgd.py",
    "torch/optim/sgd.py",
  ],
  hyperparameters: {
    momentum: decay.describe("share of the last step that the next keeps"),
    nesterov: z.boolean().describe("whether to look ahead along the momentum"),
    dampening: z
      .number()
      .min(0)
      .max(1)
      .describe("share of the gradient kept out of the momentum (PyTorch only)"),
  },
  defaults: {
    keras3: { learningRate: 0.01, momentum: 0, nesterov: false, dampening: 0 },
    pytorch: { learningRate: 0.001, momentum: 0, nesterov: false, dampening: 0 },
  },
  formula({ momentum, nesterov, dampening }, semantics) {
    if (momentum === 0) return "theta = theta - learningRate * g";
    if (semantics === "keras3") {
      const step = nesterov ? "theta + momentum * v - learningRate * g" : "theta + v";
      return `v = momentum * v - learningRate * g\ntheta = ${step}`;
    }
    const velocity =
      dampening === 0 ? "momentum * v + g" : "where(t == 1, g, momentum * v + (1 - dampening) * g)";
    return `v = ${velocity}\ntheta = theta - learningRate * ${nesterov ? "(g + momentum * v)" : "v"}`;
  },
});
