import { describe, expect, it } from "vitest";
import type { Source } from "../../src/catalogue/semantics.js";
import type { Node, UpdateBlock } from "../../src/formula/graph.js";
import {
  OPTIMIZER_NAMES,
  OPTIMIZERS,
  type OptimizerConfig,
  resolveOptimizer,
  updateGraph,
} from "../../src/optimizers/optimizers.js";

/** The part of a node's value that its cost depends on. */
interface Value {
  readonly shape: readonly number[];
  /** Its value, if it depends on sizes only. */
  readonly number?: number;
}

const numel = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);
const broadcast = (shapes: readonly (readonly number[])[]): readonly number[] => {
  const longest = Math.max(...shapes.map((shape) => shape.length));
  const padded = shapes.map((shape) => [...Array(longest - shape.length).fill(1), ...shape]);
  return Array.from({ length: longest }, (_, axis) => Math.max(...padded.map((shape) => shape[axis])));
};

/** Floating-point operations of one step on a parameter, and the size of its largest value. */
function cost({ nodes, state, assign }: UpdateBlock, parameter: readonly number[]) {
  let states = new Map(state.map(({ name }): [string, Value] => [name, { shape: [] }]));
  for (;;) {
    let operations = 0;
    const values: Value[] = [];
    for (const node of nodes) {
      const [value, work] = evaluate(node, values, states, parameter);
      values.push(value);
      operations += work;
    }
    const next = new Map(
      assign.flatMap(({ target, node }): [string, Value][] =>
        states.has(target)
          ? [[target, { shape: broadcast([states.get(target)!.shape, values[node]!.shape]) }]]
          : [],
      ),
    );
    const settled = [...next].every(([name, { shape }]) => numel(shape) === numel(states.get(name)!.shape));
    if (settled) return { operations, largest: Math.max(...values.map(({ shape }) => numel(shape))) };
    states = next;
  }
}

function evaluate(
  node: Node,
  values: readonly Value[],
  states: ReadonlyMap<string, Value>,
  parameter: readonly number[],
): [value: Value, operations: number] {
  if (node.op === "constant") return [{ shape: [], number: node.value }, 0];
  if (node.op === "row") throw new Error("No update has rows.");
  if (node.op === "input") {
    const isParameter = ["theta", "g"].includes(node.name);
    return [isParameter ? { shape: parameter } : (states.get(node.name) ?? { shape: [] }), 0];
  }
  const args = node.args.map((each) => values[each]!);
  const [x, y, z] = args as [Value, Value, Value];
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  switch (node.op) {
    case "rows":
      return [{ shape: [], number: rows }, 0];
    case "columns":
      return [{ shape: [], number: columns }, 0];
    case "greater":
      if (x.number !== undefined && y.number !== undefined)
        return [{ shape: [], number: Number(x.number > y.number) }, 0];
      break;
    case "where":
      if (x.number !== undefined) return [x.number === 1 ? y : z, 0];
      break;
    case "transpose":
      return [{ shape: [...x.shape.slice(0, -2), columns, rows] }, 0];
    case "flatten":
      return [{ shape: [x.shape[0]!, numel(x.shape.slice(1))] }, 0];
    case "reshape":
      return [{ shape: y.shape }, 0];
    case "matmul":
      return [{ shape: [rows, y.shape.at(-1)!] }, 2 * rows * columns * y.shape.at(-1)!];
    case "rowMean":
      return [{ shape: [...x.shape.slice(0, -1), 1] }, numel(x.shape)];
    case "columnMean":
      return [{ shape: [...x.shape.slice(0, -2), 1, columns] }, numel(x.shape)];
    case "sum":
    case "mean":
    case "max":
    case "min":
    case "norm":
      return [{ shape: [] }, numel(x.shape)];
  }
  const shape = broadcast(args.map((each) => each.shape));
  return [{ shape }, numel(shape)];
}

/** Wide and tall matrices: weights of a dense layer and of a convolution. */
const SHAPES = [
  [6272, 128],
  [128, 6272],
  [50_000, 3],
  [3, 50_000],
  [512, 4, 3, 3],
  [4, 512, 3, 3],
];

const all = OPTIMIZER_NAMES.flatMap((name) =>
  Object.keys(OPTIMIZERS[name].defaults).map((semantics) => ({ name, semantics: semantics as Source })),
);

describe.each(all)("$name of $semantics", (optimizer) => {
  const { blocks } = updateGraph(resolveOptimizer(optimizer as OptimizerConfig, "keras3"));

  it.each(SHAPES)("computes no value larger than the parameter, of %i by %i ...", (...shape) => {
    for (const block of blocks) {
      if (block.on === "dense" && shape.length !== 2) continue;
      const { operations, largest } = cost(block, shape);
      const shorter = Math.min(shape[0]!, numel(shape.slice(1)));
      expect(largest).toBe(numel(shape));
      // Five iterations of three products with at most 2 x shorter side operations per number; Adam's step has about 15.
      expect(operations / numel(shape)).toBeLessThan(30 * shorter + 60);
    }
  });
});
