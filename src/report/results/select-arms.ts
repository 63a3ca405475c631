import type { Arm } from "../../study/arms.js";
import type { Result } from "./results.js";

/** The arms that charts and page show, however many a study has. Each list is in the order in which the arms ran. */
export interface ArmSelection {
  /** The best: as many as colours can distinguish. */
  readonly named: readonly Arm[];
  /** Some of the others, which a comparison draws in grey. */
  readonly others: readonly Arm[];
  /** How many arms are not named. */
  readonly unnamed: number;
  /** Those that have figures and a section. */
  readonly detailed: readonly Arm[];
}

const NAMED = 10;
const OTHERS = 40;
const DETAILED = 20;

export function selectArms(results: readonly Result[]): ArmSelection {
  const order = new Map(results.map(({ arm }, i) => [arm, i]));
  const inOrder = (of: readonly Result[]) =>
    of.map(({ arm }) => arm).sort((a, b) => order.get(a)! - order.get(b)!);
  const ranked = bestFirst(results);
  return {
    named: inOrder(ranked.slice(0, NAMED)),
    others: inOrder(evenly(ranked.slice(NAMED), OTHERS)),
    unnamed: Math.max(0, ranked.length - NAMED),
    detailed: inOrder(ranked.slice(0, DETAILED)),
  };
}

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
