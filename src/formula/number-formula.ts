import { buildValue } from "./build-value.js";
import { FOLDS, type Fold, type FormulaFunction, VECTOR_FUNCTIONS } from "./functions.js";
import { Names } from "./names.js";
import { NodeTable } from "./node-table.js";
import { broadcast } from "./shapes.js";

/** A formula of plain numbers, which runs without native code. */
export type NumberFormula<Input extends string> = (inputs: Readonly<Record<Input, number>>) => number;

type Elementwise = Extract<FormulaFunction, { family: "elementwise" }>;

const numeric = (fold: Fold, meaning: string): Elementwise => ({
  arity: 1,
  family: "elementwise",
  shape: broadcast,
  fold,
  meaning,
});
const FUNCTIONS: ReadonlyMap<string, Elementwise> = new Map([
  ...[...VECTOR_FUNCTIONS].filter(
    (entry): entry is [string, Elementwise] => entry[1].family === "elementwise",
  ),
  ["cos", numeric(Math.cos, "cosine")],
  ["floor", numeric(Math.floor, "the whole number below")],
]);

/** The folds of all operations and functions that number formulas can use. */
const COMPUTED: ReadonlyMap<string, Fold> = new Map([
  ...FOLDS,
  ...Array.from(FUNCTIONS, ([name, { fold }]): [string, Fold] => [name, fold]),
]);

/**
 * Parses an expression of the inputs, optionally preceded by assignments.
 *
 * @throws OptimbenchError (FORMULA) with line and column
 */
export function parseNumberFormula<Input extends string>(
  text: string,
  inputs: readonly Input[],
  hyperparameters: Readonly<Record<string, number>>,
): NumberFormula<Input> {
  const graph = new NodeTable();
  const names = new Names(text, graph, {
    inputs: new Set(inputs),
    hyperparameters: new Map(Object.entries(hyperparameters)),
  });
  const { nodes, results } = graph.finish([buildValue(names, FUNCTIONS, "value").value]);
  names.checkHyperparametersRead();
  names.checkAllRead();

  return (values) => {
    const computed: number[] = [];
    for (const node of nodes) {
      if ("args" in node)
        computed.push(COMPUTED.get(node.op)!(...node.args.map((place) => computed[place]!)));
      else if (node.op === "constant") computed.push(node.value);
      else if (node.op === "input") computed.push(values[node.name as Input]);
    }
    return computed[results[0]!]!;
  };
}
