import { define } from "../catalogue/definition.js";

/**
 * Mean over the classes of max(0, 1 - t z), where t is 1 for the label and -1 for the others.
 * It uses raw outputs: z is the prediction, not its softmax. Keras converts targets of 0 and 1 to -1 and 1 if a batch has no
 * others; here t = 2 y - 1 for every target, including soft ones. PyTorch does not have this form.
 */
export const hinge = define({
  name: "hinge",
  title: "Hinge loss",
  sources: ["keras/src/losses/losses.py: Hinge", "tf_keras/src/losses.py: Hinge"],
  hyperparameters: {},
  defaults: { keras3: {}, keras2: {} },
  formula: () => "mean(relu(1 - (2 * y - 1) * z))",
});
