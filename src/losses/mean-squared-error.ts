import { define } from "../catalogue/definition.js";

/** Mean over the classes of the squared difference between probabilities and target. It is the same in Keras and PyTorch. */
export const meanSquaredError = define({
  name: "meanSquaredError",
  title: "Mean squared error",
  sources: [
    "keras/src/losses/losses.py: MeanSquaredError",
    "tf_keras/src/losses.py: MeanSquaredError",
    "torch/nn/modules/loss.py: MSELoss",
  ],
  hyperparameters: {},
  defaults: { keras3: {}, keras2: {}, pytorch: {} },
  formula: () => "mean((softmax(z) - y) ** 2)",
});
