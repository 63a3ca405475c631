import type { UpdateGraph } from "../formula/graph.js";
import { isSelective } from "../formula/plan-update.js";
import { runUpdate } from "../native/run-update.js";
import type { OptimizerDefinition } from "./explanation.js";

/** The magnitude of the gradient at the first step. Adaptive methods differ most for small gradients, as late in training. */
export const FIRST_GRADIENT = 1e-3;

/** The signs of a 4 x 4 Hadamard matrix, which has full rank and entries of equal magnitude. */
const SIGNS = [1, 1, 1, 1, 1, -1, 1, -1, 1, 1, -1, -1, 1, -1, -1, 1];

/** Computes the length of the first step from theta = 0 natively. */
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
  // Some optimizers treat only the weights between the first and the last layer as matrices.
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
