import { define } from "../catalogue/definition.js";
import { decay, EPSILON_SPACE, epsilon, learningRate } from "./ranges.js";

/**
 * Scales steps by the root mean square of previous steps (Zeiler 2012). The paper has no learning rate, which corresponds to
 * PyTorch's default of 1; Keras' default is 0.001.
 */
export const adadelta = define({
  name: "adadelta",
  title: "Adadelta",
  sources: [
    "Zeiler: ADADELTA: An Adaptive Learning Rate Method (2012), arXiv:1212.5701",
    "keras/src/optimizers/adadelta.py",
    "tf_keras/src/optimizers/legacy/adadelta.py",
    "torch/optim/adadelta.py",
  ],
  hyperparameters: {
    learningRate,
    rho: decay.describe("decay of both mean squares"),
    epsilon,
  },
  defaults: {
    keras3: { learningRate: 0.001, rho: 0.95, epsilon: 1e-7 },
    keras2: { learningRate: 0.001, rho: 0.95, epsilon: 1e-7 },
    pytorch: { learningRate: 1, rho: 0.9, epsilon: 1e-6 },
  },
  space: { epsilon: EPSILON_SPACE },
  formula: () =>
    [
      "v = rho * v + (1 - rho) * g ** 2",
      "delta = sqrt(d + epsilon) / sqrt(v + epsilon) * g",
      "d = rho * d + (1 - rho) * delta ** 2",
      "theta = theta - learningRate * delta",
    ].join("\n"),
});
