import { chiSquareAbove } from "./chi-square.js";
import { ranksFromHighest } from "./ranks.js";

/** The ranks of methods over several tasks, and whether they differ. */
export interface Friedman {
  /** Mean rank of each method, 1 for the best. */
  readonly meanRanks: readonly number[];
  /** p-value of Friedman's test that all methods are equal, by the chi-square distribution, corrected for ties. */
  readonly p: number;
}

/**
 * Ranks methods within each task and compares their mean ranks.
 *
 * @param tasks a list per task, with the score of each method
 */
export function friedman(tasks: readonly (readonly number[])[]): Friedman {
  const methods = tasks[0]!.length;
  const ranks = tasks.map(ranksFromHighest);
  const meanRanks = tasks[0]!.map((_, i) => ranks.reduce((sum, each) => sum + each[i]!, 0) / tasks.length);
  const spread = meanRanks.reduce((sum, rank) => sum + (rank - (methods + 1) / 2) ** 2, 0);
  const ties = tasks.flatMap(tieSizes).reduce((sum, size) => sum + size ** 3 - size, 0);
  const correction = 1 - ties / (tasks.length * (methods ** 3 - methods));
  // Without any difference, 0 / 0.
  if (correction === 0) return { meanRanks, p: 1 };
  const statistic = (12 * tasks.length * spread) / (methods * (methods + 1) * correction);
  return { meanRanks, p: chiSquareAbove(statistic, methods - 1) };
}

function tieSizes(values: readonly number[]): number[] {
  const sizes = new Map<number, number>();
  for (const value of values) sizes.set(value, (sizes.get(value) ?? 0) + 1);
  return [...sizes.values()];
}
