import { Once } from "../config/once.js";
import { measureCost, type RunCost } from "../training/measure-cost.js";
import type { PlannedCell } from "./planned-cell.js";

/**
 * The cost of each arm. Arms that differ in numbers only, such as the learning rate, are measured once.
 *
 * @throws OptimbenchError (ABORTED) when the signal fires
 */
export async function costsOf(
  arms: readonly PlannedCell[],
  signal: AbortSignal | undefined,
): Promise<RunCost[]> {
  const once = new Once();
  const costs: RunCost[] = [];
  for (const { plan, dataset } of arms) {
    const { batchSize, gradientAccumulation, microBatch, threads, augmentation, device } = plan.config;
    const { optimizer, loss } = plan.config;
    costs.push(
      await once.of(
        "cost",
        [
          [plan.input, plan.classes, plan.layers, optimizer.formula, loss.formula, augmentation ?? null],
          [batchSize, gradientAccumulation, microBatch, threads, device],
        ],
        () => measureCost(plan, dataset, signal),
      ),
    );
  }
  return costs;
}
