import { formulaError } from "../formula/formula-error.js";
import type { Scope, UpdateBlock, UpdateGraph } from "../formula/graph.js";
import { inferShapes } from "../formula/infer-shapes.js";
import { isSelective } from "../formula/plan-update.js";
import { isSame, type Shape } from "../formula/shapes.js";
import type { StateExplanation } from "./explanation.js";

const FLOAT32 = 4;

/** The states of an update, and what each stores a number for. */
export const statesOf = ({ blocks, text }: UpdateGraph): StateExplanation[] =>
  blocks.flatMap((block) => {
    const whole = typicalShape(block);
    const shapes = inferShapes(block, whole, (problem, offset) => formulaError(`${problem}.`, text, offset));
    return block.state.map(({ name, kind }, i) => ({
      name,
      block: block.on,
      per: kind === "number" ? "optimizer" : per(shapes.state[i]!, whole),
    }));
  });

/** The shape of a parameter that the block accepts. A square matrix, since some formulas accept no other. */
const typicalShape = ({ on }: UpdateBlock): Shape => (on === "all" || on === "vectors" ? [4] : [4, 4]);

function per(shape: Shape, whole: Shape): StateExplanation["per"] {
  if (shape.length === 0) return "optimizer";
  if (isSame(shape, whole)) return "parameter";
  const [rows, columns] = shape;
  return rows === 1 && columns === 1 ? "optimizer" : columns === 1 ? "row" : "column";
}

/** Bytes per parameter. A parameter belongs to one selective block, so each of these blocks has a separate sum. */
export function stateBytes(
  { blocks }: UpdateGraph,
  states: readonly StateExplanation[],
): Partial<Record<Scope, number>> {
  const bytes = (...scopes: Scope[]) =>
    FLOAT32 * states.filter(({ block, per }) => per === "parameter" && scopes.includes(block)).length;
  const apart = [...new Set(blocks.map(({ on }) => on))].filter(isSelective);
  if (apart.length === 0) return { all: bytes("all", "parameters") };
  return Object.fromEntries(apart.map((scope) => [scope, bytes("all", "parameters", scope)]));
}
