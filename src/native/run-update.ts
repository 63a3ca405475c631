import type { UpdateGraph } from "../formula/graph.js";
import { planUpdate } from "../formula/plan-update.js";
import type { Shape } from "../formula/shapes.js";
import { loadNative, type UpdateStep } from "./addon.js";

/**
 * Runs an update without a model, one step per gradient. Returns theta, or the weights for evaluation, after each step.
 *
 * @param options.shapes the shapes of the parameters in memory, in theta's order. Default: one parameter with one axis.
 * @throws OptimbenchError (FORMULA) if the formula does not fit these shapes
 */
export function runUpdate<Vector extends Float32Array | Float64Array>(
  update: UpdateGraph,
  theta: Vector,
  steps: readonly UpdateStep<Vector>[],
  options: {
    readonly shapes?: readonly Shape[];
    readonly evaluation?: boolean;
    /** Default 1. */
    readonly threads?: number;
    /** Default: the CPU. */
    readonly device?: string;
  } = {},
): Vector[] {
  const { shapes = [[theta.length]], ...rest } = options;
  const parameters = shapes.map((shape) => ({ name: "a parameter", shape }));
  return loadNative().runUpdate(planUpdate(update, parameters), theta, steps, { shapes, ...rest });
}
