import { define } from "../catalogue/definition.js";

/** The Brier score: squared difference between probabilities and target, summed over the classes (0 to 2 for a label). */
export const brier = define({
  name: "brier",
  title: "Brier score",
  sources: [
    "Brier: Verification of forecasts expressed in terms of probability (Monthly Weather Review 1950), equation 2",
  ],
  hyperparameters: {},
  defaults: { author: {} },
  formula: () => "sum((softmax(z) - y) ** 2)",
});
