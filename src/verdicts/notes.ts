import { tooFewSeeds } from "../study/too-few-seeds.js";
import { integerText } from "../validation/count-text.js";
import { listText } from "../validation/list-text.js";
import { marginText } from "./texts.js";
import type { Verdicts } from "./verdicts.js";

/**
 * What limits the verdicts of a study.
 *
 * @param areInRounds whether seeds were added in rounds, for which fewer seeds can suffice
 */
export function notesOf(
  { arms, pairs, seeds, margin }: Pick<Verdicts, "arms" | "pairs" | "seeds" | "margin">,
  areInRounds: boolean,
): string[] {
  if (pairs.length === 0) return [];
  return [
    ...[(areInRounds ? undefined : tooFewSeeds(arms.length, seeds.length)) ?? []].flat(),
    ...diverged(arms, seeds.length),
    ...counts(pairs, margin),
  ];
}

function diverged(arms: Verdicts["arms"], seeds: number): string[] {
  const list = arms
    .filter((arm) => arm.diverged > 0)
    .map((arm) => `${arm.label} (${arm.diverged} of ${seeds})`);
  return list.length === 0 ? [] : [`Diverged runs count as an accuracy of 0: ${listText(list)}.`];
}

/** What the sentence, which is about the first arm, does not say about the others. */
function counts(pairs: Verdicts["pairs"], margin: number): string[] {
  if (pairs.length === 1 || pairs.every(({ verdict }) => verdict === "undecided")) return [];
  const count = (verdict: string) => integerText(pairs.filter((pair) => pair.verdict === verdict).length);
  return [
    `Of ${integerText(pairs.length)} pairs: ${count("better")} with a better arm, ${count("equal")} equal within ${marginText(margin)}, ${count("undecided")} undecided.`,
  ];
}
