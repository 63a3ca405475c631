import type { Arm } from "../../study/arms.js";
import type { Result } from "./results.js";

/** The arms of a task that a chart shows, however many there are. Each list is in the order in which the arms ran. */
export interface ArmSelection {
  /** The best: as many as colours can distinguish. */
  readonly named: readonly Arm[];
  /** Some of the others, which a comparison draws in grey. */
  readonly others: readonly Arm[];
  /** How many arms are not named. */
  readonly unnamed: number;
}

const NAMED = 10;
const OTHERS = 40;
const DETAILED = 20;

export function selectArms(results: readonly Result[]): ArmSelection {
  const ranked = bestFirst(results);
  return {
    named: inOrderOf(results, ranked.slice(0, NAMED)),
    others: inOrderOf(results, evenly(ranked.slice(NAMED), OTHERS)),
    unnamed: Math.max(0, ranked.length - NAMED),
  };
}

/** The arms that have figures and a formula on the page: the best of each task, 20 in all. */
export const detailedArms = (tasks: readonly (readonly Result[])[]): Arm[] =>
  tasks
    .flatMap((results) => inOrderOf(results, bestFirst(results).slice(0, shareOf(DETAILED, tasks.length))))
    .slice(0, DETAILED);

/** How many of `most` each of several tasks has, at least one. */
export const shareOf = (most: number, tasks: number): number => Math.max(1, Math.floor(most / tasks));

function inOrderOf(results: readonly Result[], chosen: readonly Result[]): Arm[] {
  const kept = new Set(chosen);
  return results.filter((result) => kept.has(result)).map(({ arm }) => arm);
}

/** As many as have different colours on the page. With more arms, only the best are in colour. */
const MOST_COLOURED = 7;
const BEST = 5;

/** The results of a task that the page shows in colour, in the order of the colours. */
export const colouredResults = (results: readonly Result[]): Result[] =>
  bestFirst(results).slice(0, results.length <= MOST_COLOURED ? MOST_COLOURED : BEST);

/** By descending validation accuracy; results without one come last, equal ones in the order in which they ran. */
export function bestFirst(results: readonly Result[]): Result[] {
  const mean = ({ validationAccuracy }: Result) => validationAccuracy?.mean ?? -1;
  return [...results].sort((a, b) => mean(b) - mean(a));
}

/** At most `most` items at equal distances, including the first and the last. */
export const evenly = <Item>(items: readonly Item[], most: number): readonly Item[] =>
  items.length <= most
    ? items
    : Array.from({ length: most }, (_, i) => items[Math.round((i * (items.length - 1)) / (most - 1))]!);
