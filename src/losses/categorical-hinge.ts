import { define } from "../catalogue/definition.js";

/**
 * How far the label's output is from exceeding the largest other by 1. Raw outputs again: z, not its softmax.
 * As in Keras the label itself competes with 0: max((1 - y) z) - sum(y z) + 1, or 0 where that is negative.
 */
export const categoricalHinge = define({
  name: "categoricalHinge",
  title: "Categorical hinge loss",
  sources: ["keras/src/losses/losses.py: CategoricalHinge", "tf_keras/src/losses.py: CategoricalHinge"],
  hyperparameters: {},
  defaults: { keras3: {}, keras2: {} },
  formula: () => "relu(max((1 - y) * z) - sum(y * z) + 1)",
});
