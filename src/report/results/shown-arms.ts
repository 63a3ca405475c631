import type { Arm } from "./arms.js";
import type { Result } from "./results.js";

/** What pictures show of a study's arms, however many it has. Each list is in the order in which they ran. */
export interface ShownArms {
  /** The best: as many as colours can distinguish. */
  readonly named: readonly Arm[];
  /** Some of the others, which a comparison draws in grey. */
  readonly others: readonly Arm[];
  /** How many arms are not named. */
  readonly unnamed: number;
  /** Those with their own figures and section. */
  readonly detailed: readonly Arm[];
}

const NAMED = 10;
const OTHERS = 40;
const DETAILED = 20;

export function shownArms(results: readonly Result[]): ShownArms {
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

/** Those with the highest validation accuracy first, those without one last; equals as they ran. */
export function bestFirst(results: readonly Result[]): Result[] {
  const mean = ({ validationAccuracy }: Result) => validationAccuracy?.mean ?? -1;
  return [...results].sort((a, b) => mean(b) - mean(a));
}

/** At most so many of the items, the first and the last among them, at equal distances. */
export const evenly = <Item>(items: readonly Item[], most: number): readonly Item[] =>
  items.length <= most
    ? items
    : Array.from({ length: most }, (_, i) => items[Math.round((i * (items.length - 1)) / (most - 1))]!);
