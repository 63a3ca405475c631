import { FOLDS } from "./functions.js";
import type { Node, UpdateGraph } from "./graph.js";

/** A number, NaN if it is no longer finite, or undefined if it depends on vectors, which are assumed to be finite. */
type Known = number | undefined;

/** Operations whose result can be finite although an argument is infinite. */
const BOUNDED = new Set<string>([
  ...["less", "lessEqual", "greater", "greaterEqual", "equal", "notEqual"],
  ...["minimum", "maximum", "clip"],
]);

/**
 * Whether an update stays finite over steps with the given learning rates, as far as this follows from its plain numbers. It
 * does not if it divides by a rate of 0.
 */
export function staysFinite({ blocks, inputs }: UpdateGraph, learningRates: readonly number[]): boolean {
  const states = blocks.map(
    ({ state }) =>
      new Map<string, Known>(
        state.map(({ name, kind, initial }) => [name, kind === "number" ? initial : undefined]),
      ),
  );
  return learningRates.every((learningRate, step) =>
    blocks.every(({ nodes, assign }, block) => {
      const given = new Map<string, Known>([
        ["learningRate", learningRate],
        ["t", step + 1],
        ...inputs.map(({ name, value }) => [name, value] as const),
        ...states[block]!,
      ]);
      const values: Known[] = [];
      for (const node of nodes) values.push(knownValue(node, values, given));
      for (const { target, node } of assign)
        if (states[block]!.get(target) !== undefined) states[block]!.set(target, values[node]);
      return assign.every(({ node }) => values[node] === undefined || Number.isFinite(values[node]));
    }),
  );
}

function knownValue(node: Node, values: readonly Known[], given: ReadonlyMap<string, Known>): Known {
  if (node.op === "constant") return node.value;
  if (node.op === "input") return given.get(node.name);
  if (!("args" in node)) return undefined;
  const args = node.args.map((place) => values[place]);
  const known = args.filter((value) => value !== undefined);
  if (node.op === "where" && args[0] !== undefined) return args[0] !== 0 ? args[1] : args[2];
  const fold = FOLDS.get(node.op);
  if (fold !== undefined && known.length === args.length) return fold(...known);
  if (BOUNDED.has(node.op)) return known.some(Number.isNaN) ? Number.NaN : undefined;
  const factors =
    node.op === "divide" && args[1] !== undefined ? [args[0] ?? 1, 1 / Math.fround(args[1])] : known;
  return factors.every((factor) => Number.isFinite(Math.fround(factor))) ? undefined : Number.NaN;
}
