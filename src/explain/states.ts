import { OptimbenchError } from "../errors.js";
import { formulaError } from "../formula/formula-error.js";
import type { Scope, UpdateBlock, UpdateGraph } from "../formula/graph.js";
import { inferShapes } from "../formula/infer-shapes.js";
import { isSelective } from "../formula/plan-update.js";
import { type Shape, sizeOf } from "../formula/shapes.js";
import type { StateBytes, StateExplanation, StateUnit } from "./explanation.js";

const FLOAT32 = 4;

/** The states of an update, and what each stores a number for. */
export const statesOf = ({ blocks, text }: UpdateGraph): StateExplanation[] =>
  blocks.flatMap((block) => {
    const { whole, state } = typicalShapes(block, text);
    return block.state.map(({ name, kind }, i) => ({
      name,
      block: block.on,
      per: kind === "number" ? "optimizer" : per(state[i]!, whole),
    }));
  });

/** The shapes of a block's states for a typical parameter. */
function typicalShapes(block: UpdateBlock, text: string): { whole: Shape; state: readonly Shape[] } {
  const shapesFor = (whole: Shape) => {
    const { state } = inferShapes(block, whole, (problem, offset) =>
      formulaError(`${problem}.`, text, offset),
    );
    return { whole, state };
  };
  if (block.on === "all" || block.on === "vectors") return shapesFor([4]);
  try {
    return shapesFor([3, 5]); // all sizes that can follow from it are different
  } catch (error) {
    if (!(error instanceof OptimbenchError)) throw error;
    return shapesFor([4, 4]); // some formulas accept square matrices only
  }
}

function per(shape: Shape, whole: Shape): StateUnit {
  const size = sizeOf(shape);
  const [rows = 1, columns = 1] = whole;
  if (size === 1) return "optimizer";
  if (size === sizeOf(whole)) return "parameter";
  if (size === rows ** 2) return "pair of rows";
  if (size === columns ** 2) return "pair of columns";
  return size === columns && shape.at(-1) !== 1 ? "column" : "row";
}

/** Bytes of state. A parameter belongs to one selective block, so each of these blocks has a separate sum. */
export function stateBytes(
  { blocks }: UpdateGraph,
  states: readonly StateExplanation[],
): Partial<Record<Scope, StateBytes>> {
  const bytes = (...scopes: Scope[]) => {
    const sums: Partial<Record<StateUnit, number>> = {};
    for (const { block, per } of states)
      if (per !== "optimizer" && scopes.includes(block)) sums[per] = (sums[per] ?? 0) + FLOAT32;
    return sums;
  };
  const apart = [...new Set(blocks.map(({ on }) => on))].filter(isSelective);
  if (apart.length === 0) return { all: bytes("all", "parameters") };
  return Object.fromEntries(apart.map((scope) => [scope, bytes("all", "parameters", scope)]));
}
