import { z } from "zod";
import { define } from "../catalogue/definition.js";
import { decay, EPSILON_SPACE, epsilon, learningRate, MOMENTUM_SPACE, SQUARE_SPACE } from "./ranges.js";

/**
 * Divides the gradient by its running root mean square (Hinton 2012), optionally centered (Graves 2013) and with momentum. Keras 3
 * adds epsilon inside the root, which damps tiny gradients; PyTorch adds it outside; Keras 2 adds it outside without momentum and
 * inside with momentum.
 */
export const rmsprop = define({
  name: "rmsprop",
  title: "RMSprop",
  sources: [
    "Hinton, Srivastava, Swersky: Neural Networks for Machine Learning, lecture 6e (2012)",
    "Graves: Generating Sequences With Recurrent Neural Networks (2013), arXiv:1308.0850, equations 38 to 45",
    "keras/src/optimizers/rmsprop.py",
    "tf_keras/src/optimizers/legacy/rmsprop.py",
    "torch/optim/rmsprop.py",
  ],
  hyperparameters: {
    learningRate,
    rho: decay.describe("decay of the mean squared gradient (PyTorch calls it alpha)"),
    momentum: decay.describe("fraction of the previous step kept in the next one"),
    epsilon,
    centered: z
      .boolean()
      .describe("whether to divide by the standard deviation instead of the root mean square"),
  },
  defaults: {
    keras3: { learningRate: 0.001, rho: 0.9, momentum: 0, epsilon: 1e-7, centered: false },
    keras2: { learningRate: 0.001, rho: 0.9, momentum: 0, epsilon: 1e-7, centered: false },
    pytorch: { learningRate: 0.01, rho: 0.99, momentum: 0, epsilon: 1e-8, centered: false },
  },
  space: { momentum: MOMENTUM_SPACE, rho: SQUARE_SPACE, epsilon: EPSILON_SPACE },
  momentum: "momentum",
  formula({ momentum, centered }, semantics) {
    const lines = ["v = rho * v + (1 - rho) * g ** 2"];
    if (centered) lines.push("average = rho * average + (1 - rho) * g");
    const square = centered ? "v - average ** 2" : "v";
    const inside = semantics === "keras3" || (semantics === "keras2" && momentum > 0);
    const scaled = inside ? `g / sqrt(${square} + epsilon)` : `g / (sqrt(${square}) + epsilon)`;
    if (momentum === 0) lines.push(`theta = theta - learningRate * ${scaled}`);
    else if (semantics !== "pytorch")
      lines.push(`b = momentum * b + learningRate * ${scaled}`, "theta = theta - b");
    else lines.push(`b = momentum * b + ${scaled}`, "theta = theta - learningRate * b");
    return lines.join("\n");
  },
});
