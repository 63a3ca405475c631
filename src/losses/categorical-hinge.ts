import { define } from "../catalogue/definition.js";

/**
 * How far the label's output is from exceeding the largest other output by 1. It uses raw outputs: z, not its softmax. As in
 * Keras, the label takes part in the maximum as 0: max((1 - y) z) - sum(y z) + 1, or 0 if that is negative.
 */
export const categoricalHinge = define({
  name: "categoricalHinge",
  title: "Categorical hinge loss",
  sources: ["keras/src/losses/losses.py: CategoricalHinge", "tf_keras/src/losses.py: CategoricalHinge"],
  hyperparameters: {},
  defaults: { keras3: {}, keras2: {} },
  formula: () => "relu(max((1 - y) * z) - sum(y * z) + 1)",
});
