import type { UpdateGraph } from "../formula/graph.js";
import { isSelective } from "../formula/plan-update.js";
import { runUpdate } from "../native/run-update.js";
import type { OptimizerDefinition } from "./explanation.js";

/** The gradient's size at the first step, as late in training it may be: adaptive methods differ most there. */
export const FIRST_GRADIENT = 1e-3;

/** Signs of a 4 x 4 Hadamard matrix: of full rank, and all numbers equally large. */
const SIGNS = [1, 1, 1, 1, 1, -1, 1, -1, 1, 1, -1, -1, 1, -1, -1, 1];

/** How far one step goes from theta = 0, run natively. */
export function firstStep(
  update: UpdateGraph,
  learningRate: number,
): Pick<OptimizerDefinition, "firstStep" | "firstStepInMatrix"> {
  const run = (signs: readonly number[], shapes: readonly (readonly number[])[]) => {
    const gradient = Float64Array.from(signs, (sign) => sign * FIRST_GRADIENT);
    const start = new Float64Array(signs.length);
    return runUpdate(update, start, [{ gradient, learningRate }], { shapes })[0]!;
  };
  const inVector = Math.abs(run([1], [[1]])[0]!);
  if (!update.blocks.some(({ on }) => isSelective(on))) return { firstStep: inVector };
  // Some take the weights between the first layer's and the last's only.
  const between = run(
    [...SIGNS, ...SIGNS, ...SIGNS],
    [
      [4, 4],
      [4, 4],
      [4, 4],
    ],
  )[SIGNS.length]!;
  return { firstStep: inVector, firstStepInMatrix: Math.abs(between) };
}
