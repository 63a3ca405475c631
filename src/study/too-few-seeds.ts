import type { StudyArms } from "../config/study-arms.js";
import { leastSeeds } from "../statistics/seeds-to-decide.js";
import { integerText } from "../validation/count-text.js";

/** The probability that a study may have of calling any arm better that is not. */
export const LEVEL = 0.05;

/** What to know if so few seeds cannot show that one of `arms` arms is better; undefined if they can suffice. */
export function tooFewSeeds(arms: number, seeds: number): string | undefined {
  const pairs = (arms * (arms - 1)) / 2;
  if (pairs === 0) return undefined;
  const least = leastSeeds(pairs, LEVEL);
  if (seeds >= least) return undefined;
  const given = seeds === 1 ? "One seed" : `${integerText(seeds)} seeds`;
  const tested = pairs === 1 ? "one pair" : `${integerText(pairs)} pairs`;
  return `${given} cannot show that an arm is better: with ${tested} of arms, at least ${least} are needed.`;
}

/** The same of a study before it runs. Of several tasks, and of seeds in rounds, other tests decide. */
export function tooFewSeedsOf({ arms, seeds, seedsPerRound }: StudyArms): string | undefined {
  const areOneTask = new Set(arms.map(({ config }) => config.dataset)).size === 1;
  return areOneTask && seedsPerRound === undefined ? tooFewSeeds(arms.length, seeds.length) : undefined;
}
