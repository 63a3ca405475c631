import { define } from "../catalogue/definition.js";

/**
 * The paper's "very basic loss function": the mean absolute difference between prediction and actual value, on softmax outputs.
 * It is the same in Keras and PyTorch.
 */
export const meanAbsoluteError = define({
  name: "meanAbsoluteError",
  title: "Mean absolute error",
  sources: [
    "Ajmera: Hand Digit Recognition and effect of loss function and optimizer, section II",
    "keras/src/losses/losses.py: MeanAbsoluteError",
    "tf_keras/src/losses.py: MeanAbsoluteError",
    "torch/nn/modules/loss.py: L1Loss",
  ],
  hyperparameters: {},
  defaults: { keras3: {}, keras2: {}, pytorch: {} },
  formula: () => "mean(abs(softmax(z) - y))",
});
