import { z } from "zod";
import { define } from "../catalogue/definition.js";
import { classWeights } from "./class-weights.js";

/**
 * For every class whose output is within `margin` of the label's output, the shortfall to the power p; their sum divided by the
 * number of classes. It is PyTorch's loss, on logits; Keras does not have it. For a soft target, which PyTorch does not accept,
 * the label's output is sum(y z), and a class is weighted by 1 - y. PyTorch's weights multiply a sample's loss by the weight of
 * its class, like class weights here, but also in evaluation if it uses the same criterion.
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
