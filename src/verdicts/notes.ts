import { integerText } from "../validation/count-text.js";
import { listText } from "../validation/list-text.js";
import { marginText } from "./texts.js";
import type { Verdicts } from "./verdicts.js";

/** What limits the verdicts of a study. */
export function notesOf({
  arms,
  pairs,
  seeds,
  leastSeeds,
  margin,
}: Pick<Verdicts, "arms" | "pairs" | "seeds" | "leastSeeds" | "margin">): string[] {
  if (pairs.length === 0) return [];
  return [
    ...tooFew(pairs.length, seeds.length, leastSeeds),
    ...diverged(arms, seeds.length),
    ...counts(pairs, margin),
  ];
}

function tooFew(pairs: number, seeds: number, least: number): string[] {
  if (seeds >= least) return [];
  const [given, tested] = [
    seeds === 1 ? "One seed" : `${integerText(seeds)} seeds`,
    pairs === 1 ? "one pair" : `${integerText(pairs)} pairs`,
  ];
  return [
    `${given} cannot show that an arm is better: with ${tested} of arms, at least ${least} are needed (--seeds ${least}).`,
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
    `Of ${integerText(pairs.length)} pairs, ${count("better")} have a better arm, ${count("equal")} are equal within ${marginText(margin)} and ${count("undecided")} are undecided.`,
  ];
}
