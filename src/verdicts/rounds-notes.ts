import { seedRoundsOf } from "../config/seed-rounds.js";
import type { Study } from "../study/study.js";
import type { RoundsDecision } from "./decide-in-rounds.js";

/** Why a study whose seeds were added in rounds ended; nothing for a fixed number of seeds. */
export function roundsNotes({ config }: Study, decision: RoundsDecision | undefined): string[] {
  const design = seedRoundsOf(config);
  if (design === undefined || decision === undefined) return [];
  const { perRound, rounds } = design;
  const { round, isDecided } = decision;
  const how = `Seeds were added in rounds of ${perRound}. AdaStop decides instead of p-values, and limits the chance of any false "better" over all rounds to 5%.`;
  if (isDecided)
    return [`${how} The study ended after round ${round} of ${rounds}, because every pair is decided.`];
  if (round >= rounds) return [`${how} All ${rounds} rounds are used; more rounds need another study.`];
  return [
    `${how} The study ended in round ${round + 1} of ${rounds}, before every pair was decided. The same command continues it.`,
  ];
}
