import { define } from "../catalogue/definition.js";

/**
 * Mean over the classes of max(0, 1 - t z), where t is 1 for the label and -1 for the others.
 * A hinge judges raw outputs, so z is the prediction, not its softmax. Keras turns targets of 0 and 1 into -1 and 1 where
 * a batch has no others; here 2 y - 1 for every target, soft ones too. PyTorch has none of this form.
 */
export const hinge = define({
  name: "hinge",
  title: "Hinge loss",
  sources: ["keras/src/losses/losses.py: Hinge", "tf_keras/src/losses.py: Hinge"],
  hyperparameters: {},
  defaults: { keras3: {}, keras2: {} },
  formula: () => "mean(relu(1 - (2 * y - 1) * z))",
});
