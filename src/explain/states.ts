import type { Node, Scope, UpdateBlock, UpdateGraph } from "../formula/graph.js";
import type { StateExplanation } from "./explanation.js";

type Per = StateExplanation["per"];

const FLOAT32 = 4;
const ONE_NUMBER = new Set<string>(["sum", "mean", "max", "min", "norm", "rows", "columns"]);

/** The states that an update keeps, and what each keeps a number for. */
export const statesOf = ({ blocks }: UpdateGraph): StateExplanation[] =>
  blocks.flatMap((block) => {
    const shapes = shapesOf(block);
    return block.state.map(({ name }) => ({ name, block: block.on, per: shapes.get(name)! }));
  });

/** Bytes for each parameter. Blocks other than those on everything exclude each other, so each has its own sum. */
export function stateBytes(
  { blocks }: UpdateGraph,
  states: readonly StateExplanation[],
): Partial<Record<Scope, number>> {
  const bytes = (...scopes: Scope[]) =>
    FLOAT32 * states.filter(({ block, per }) => per === "parameter" && scopes.includes(block)).length;
  const apart = [...new Set(blocks.map(({ on }) => on))].filter(isApart);
  if (apart.length === 0) return { all: bytes("all", "parameters") };
  return Object.fromEntries(apart.map((scope) => [scope, bytes("all", "parameters", scope)]));
}

/** Whether a block takes some parameters only. */
export const isApart = (scope: Scope): boolean => scope !== "all" && scope !== "parameters";

/** A state has the shape that it is assigned, which may depend on other states: repeated until nothing changes. */
function shapesOf({ nodes, state, assign }: UpdateBlock): Map<string, Per> {
  const shapes = new Map<string, Per>(
    state.map(({ name, startsAsTheta }) => [name, startsAsTheta ? "parameter" : "optimizer"]),
  );
  for (let before = ""; before !== String([...shapes]); ) {
    before = String([...shapes]);
    const found: Per[] = [];
    for (const node of nodes) found.push(shapeOf(node, found, shapes));
    for (const { target, node } of assign)
      if (shapes.has(target)) shapes.set(target, joined([shapes.get(target)!, found[node]!]));
  }
  return shapes;
}

function shapeOf(node: Node, found: readonly Per[], states: ReadonlyMap<string, Per>): Per {
  if (node.op === "constant") return "optimizer";
  if (node.op === "input")
    return node.name === "theta" || node.name === "g" ? "parameter" : (states.get(node.name) ?? "optimizer");
  const { op, args } = node as Extract<Node, { args: unknown }>;
  const shapes = args.map((each) => found[each]!);
  if (ONE_NUMBER.has(op)) return "optimizer";
  if (op === "rowMean") return without(shapes[0]!, "column");
  if (op === "columnMean") return without(shapes[0]!, "row");
  if (op === "transpose") return shapes[0] === "row" ? "column" : shapes[0] === "column" ? "row" : shapes[0]!;
  return op === "matmul" ? "parameter" : joined(shapes);
}

/** What is left of a shape once it is averaged along an axis. */
const without = (shape: Per, axis: "row" | "column"): Per =>
  shape === "parameter" ? (axis === "column" ? "row" : "column") : shape === axis ? "optimizer" : shape;

const joined = (shapes: readonly Per[]): Per => {
  const different = new Set(shapes.filter((each) => each !== "optimizer"));
  return different.size > 1 ? "parameter" : ([...different][0] ?? "optimizer");
};
