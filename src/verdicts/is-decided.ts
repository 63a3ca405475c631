import { DEFAULT_MARGIN } from "../config/margin.js";
import { seedRoundsOf } from "../config/seed-rounds.js";
import { randomStream } from "../data/random.js";
import type { Study } from "../study/study.js";
import { decideInRounds, type RoundsDecision } from "./decide-in-rounds.js";
import type { DecideOptions } from "./decide-pairs.js";
import { type Comparable, comparable } from "./scores.js";

/** Whether a study whose seeds are added in rounds needs no more of them. */
export function isDecided(study: Study): boolean {
  const found = comparable(study, "validationAccuracy");
  return !("reason" in found) && (roundsDecision(study, found)?.isDecided ?? false);
}

/**
 * The decisions on a study whose seeds are added in rounds; undefined if its number of seeds is fixed. They depend on the first
 * rounds only, so a study that continues repeats them.
 */
export function roundsDecision(
  { config }: Study,
  { arms }: Exclude<Comparable, { readonly reason: string }>,
  { margin = config.margin ?? DEFAULT_MARGIN }: Partial<Pick<DecideOptions, "margin">> = {},
): RoundsDecision | undefined {
  const design = seedRoundsOf(config);
  if (design === undefined || arms.length < 2) return undefined;
  const resolution = 1 / arms.flatMap(({ images }) => images).reduce((least, each) => Math.min(least, each));
  return decideInRounds(
    arms.map(({ scores }) => scores),
    design,
    { margin, resolution, random: randomStream(0, "seedRounds") },
  );
}
