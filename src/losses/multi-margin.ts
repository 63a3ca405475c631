import { z } from "zod";
import { define } from "../catalogue/definition.js";
import { classWeights } from "./class-weights.js";

/**
 * Every class that comes within `margin` of the label's output costs what it lacks, to the power p; their sum over the
 * number of classes. PyTorch's, on its logits; Keras has none. For a soft target, which PyTorch does not take, the label's
 * output becomes sum(y z), and a class counts by 1 - y. PyTorch's weights multiply a sample's loss by that of its class as
 * class weights do here, but in evaluation too, if that has the same criterion.
 */
export const multiMargin = define({
  name: "multiMargin",
  title: "Multi-margin loss",
  sources: ["torch/nn/modules/loss.py: MultiMarginLoss"],
  hyperparameters: {
    p: z.literal([1, 2]).describe("power: 1 or 2"),
    margin: z.number().describe("margin by which the label's output should exceed the others"),
    classWeights,
  },
  defaults: { pytorch: { p: 1, margin: 1, classWeights: [] } },
  formula: () => "mean((1 - y) * relu(margin - sum(y * z) + z) ** p)",
});
