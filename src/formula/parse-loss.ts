import { buildValue } from "./build-value.js";
import type { Language } from "./expressions.js";
import { formulaError } from "./formula-error.js";
import { LOSS_FUNCTIONS } from "./functions.js";
import type { LossGraph } from "./graph.js";
import { GraphBuilder, type Kind } from "./graph-builder.js";
import { type Hyperparameter, Names } from "./names.js";

/** What every loss has: the logits and the target, one-hot or soft, each a number a class. */
const INPUTS = new Map<string, Kind>([
  ["z", "vector"],
  ["y", "vector"],
]);
const LANGUAGE: Language = { vector: "one number a class", functions: LOSS_FUNCTIONS };

/**
 * Parses a loss: an expression in z (the logits) and y (the target), one number a sample.
 * Assignments may precede it: "p = softmax(z); mean(abs(p - y))". The loss of a batch is the mean over its samples.
 * A hyperparameter is a number, or a row: one number a class.
 *
 * @throws OptimbenchError (FORMULA) that shows the place
 */
export function parseLoss(
  text: string,
  { hyperparameters }: { readonly hyperparameters: Readonly<Record<string, Hyperparameter>> },
): LossGraph {
  const graph = new GraphBuilder();
  const constants = new Map(Object.entries(hyperparameters));
  const names = new Names(text, graph, { inputs: INPUTS, hyperparameters: constants });

  const { value: loss, start } = buildValue(names, LANGUAGE, "loss");
  if (loss.kind === "vector")
    throw formulaError(
      "A loss is one number a sample, this is one a class: wrap it in sum(...) or mean(...).",
      text,
      start,
    );
  if (!names.wasRead("z"))
    throw formulaError("The loss does not depend on `z`, the logits, so nothing would learn.");
  names.checkAllRead();
  names.checkHyperparametersRead();

  const { nodes, results } = graph.finish([loss]);
  return { nodes, result: results[0]! };
}
