import type { Result } from "./results.js";
import { bestFirst } from "./select-arms.js";

/**
 * The numbers of the arms' colours on a page, by their label within a task: an arm has one colour in every task. Those that are
 * best over all tasks come first.
 */
export function coloursOf(tasks: readonly (readonly Result[])[]): ReadonlyMap<string, number> {
  const places = new Map<string, number[]>();
  for (const results of tasks)
    for (const [place, { arm }] of bestFirst(results).entries())
      places.set(arm.labelInTask, [...(places.get(arm.labelInTask) ?? []), place]);
  const mean = (of: readonly number[]) => of.reduce((sum, place) => sum + place, 0) / of.length;
  const labels = [...places].sort(([, a], [, b]) => mean(a) - mean(b)).map(([label]) => label);
  return new Map(labels.map((label, i) => [label, i]));
}
