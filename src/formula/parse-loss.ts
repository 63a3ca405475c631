import { buildValue } from "./build-value.js";
import { differentiate } from "./differentiate.js";
import { formulaError } from "./formula-error.js";
import { LOSS_FUNCTIONS } from "./functions.js";
import type { LossGraph } from "./graph.js";
import { shapesOf } from "./infer-shapes.js";
import { type Hyperparameter, Names } from "./names.js";
import { NodeTable } from "./node-table.js";

/** The inputs of a loss: the logits and the target (one-hot or soft), each with one number per class. */
const INPUTS = new Set(["z", "y"]);
/** The shape of one number per class. Only the presence of this axis matters, not its size. */
const CLASSES = [1];

/**
 * Parses a loss: an expression of z (the logits) and y (the target) that gives one number per sample. Assignments may precede
 * it: "p = softmax(z); mean(abs(p - y))". The loss of a batch is the mean over its samples. A hyperparameter is a number or a
 * row (one number per class).
 *
 * @throws OptimbenchError (FORMULA) with line and column
 */
export function parseLoss(
  text: string,
  { hyperparameters }: { readonly hyperparameters: Readonly<Record<string, Hyperparameter>> },
): LossGraph {
  const graph = new NodeTable();
  const constants = new Map(Object.entries(hyperparameters));
  const names = new Names(text, graph, { inputs: INPUTS, hyperparameters: constants });

  const { value: loss, start } = buildValue(names, LOSS_FUNCTIONS, "loss");
  const { nodes, offsets, results } = graph.finish([loss]);
  const shapes = shapesOf(
    nodes,
    offsets,
    () => CLASSES,
    (problem, offset) => formulaError(`${problem}.`, text, offset),
    CLASSES,
  );
  if (shapes[results[0]!]!.length > 0)
    throw formulaError(
      "A loss must be one number per sample, but this is one per class: wrap it in sum(...) or mean(...).",
      text,
      start,
    );
  if (!names.wasRead("z"))
    throw formulaError("The loss does not depend on `z`, the logits, so the model would not learn.");
  names.checkAllRead();
  names.checkHyperparametersRead();

  const result = results[0]!;
  return { nodes, result, gradient: differentiate(nodes, result) };
}
