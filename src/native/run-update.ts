import type { UpdateGraph } from "../formula/graph.js";
import { planUpdate } from "../formula/plan-update.js";
import type { Shape } from "../formula/shapes.js";
import { loadNative, type UpdateStep } from "./addon.js";

/**
 * Runs an update alone: one step per gradient. Returns theta after each step, or the weights to evaluate with.
 *
 * @param options.shapes of the parameters in theta's order, each as it is stored in memory. Default: one parameter with one axis
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
  } = {},
): Vector[] {
  const { shapes = [[theta.length]], ...rest } = options;
  const parameters = shapes.map((shape) => ({ name: "a parameter", shape }));
  return loadNative().runUpdate(planUpdate(update, parameters), theta, steps, { shapes, ...rest });
}
