import { define } from "../catalogue/definition.js";

/** The hinge loss with each class's term squared; see hinge. */
export const squaredHinge = define({
  name: "squaredHinge",
  title: "Squared hinge loss",
  sources: ["keras/src/losses/losses.py: SquaredHinge", "tf_keras/src/losses.py: SquaredHinge"],
  hyperparameters: {},
  defaults: { keras3: {}, keras2: {} },
  formula: () => "mean(relu(1 - (2 * y - 1) * z) ** 2)",
});
