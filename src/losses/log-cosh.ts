import { define } from "../catalogue/definition.js";

/** Mean over the classes of log(cosh(p - y)), on softmax outputs. As in Keras, it cannot overflow. PyTorch does not have it. */
export const logCosh = define({
  name: "logCosh",
  title: "Log-cosh",
  sources: ["keras/src/losses/losses.py: LogCosh", "tf_keras/src/losses.py: LogCosh"],
  hyperparameters: {},
  defaults: { keras3: {}, keras2: {} },
  formula: () => "d = softmax(z) - y\nmean(d + softplus(-2 * d) - log(2))",
});
