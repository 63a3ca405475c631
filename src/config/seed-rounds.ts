import { configError } from "../errors.js";
import { leastRounds } from "../statistics/adastop.js";
import type { ParsedCompareConfig } from "./compare-config.js";

/** What "auto" stands for. */
const AUTO = { seeds: 30, seedsPerRound: 5 } as const;

/** The rounds in which seeds are added: as many per round, until every pair of arms is decided or no round is left. */
export interface SeedRounds {
  readonly perRound: number;
  readonly rounds: number;
}

/**
 * The seeds of a study, and how many of them a round has. They are in ascending order if there are rounds.
 *
 * @param first the first seed, if their number is given
 * @throws OptimbenchError (CONFIG) if the seeds cannot be divided into rounds
 */
export function seedsOf(
  { seeds, seedsPerRound }: Pick<ParsedCompareConfig, "seeds" | "seedsPerRound">,
  first = 0,
): { readonly seeds: readonly number[]; readonly seedsPerRound: number | undefined } {
  const given = seeds === "auto" ? AUTO.seeds : seeds;
  const perRound = seedsPerRound ?? (seeds === "auto" ? AUTO.seedsPerRound : undefined);
  const list = typeof given === "number" ? Array.from({ length: given }, (_, i) => first + i) : given;
  if (perRound === undefined) return { seeds: list, seedsPerRound: undefined };
  if (list.length % perRound !== 0)
    throw configError(
      `${list.length} \`seeds\` cannot be divided into rounds of ${perRound} (\`seedsPerRound\`). Give a multiple of ${perRound}.`,
      "seedsPerRound",
    );
  return { seeds: list.toSorted((a, b) => a - b), seedsPerRound: perRound };
}

/** The rounds of a study; undefined if its number of seeds is fixed. */
export const seedRoundsOf = ({
  seeds,
  seedsPerRound,
}: {
  readonly seeds: readonly number[];
  readonly seedsPerRound?: number | undefined;
}): SeedRounds | undefined =>
  seedsPerRound === undefined ? undefined : { perRound: seedsPerRound, rounds: seeds.length / seedsPerRound };

/** The fewest seeds with which AdaStop can call an arm better. */
export function leastSeedsInRounds(perRound: number): number {
  let rounds = 1;
  while (leastRounds({ perRound, rounds, level: LEVEL }) === undefined) rounds++;
  return rounds * perRound;
}

const LEVEL = 0.05;
/** AdaStop tests every pair of arms by thousands of permutations, after each round. */
const MOST_ARMS = 20;

/** @throws OptimbenchError (CONFIG) if seeds cannot be added in rounds, because the arms cannot be compared with each other */
export function checkRounds(
  arms: readonly { readonly config: { readonly dataset?: unknown } }[],
  { perRound, rounds }: SeedRounds,
): void {
  const path = "seedsPerRound";
  if (arms.length < 2)
    throw configError(
      "Seeds can be added until arms are told apart, but there is one arm. Give a number of `seeds`.",
      "seeds",
    );
  if (arms.length > MOST_ARMS)
    throw configError(
      `Seeds can be added in rounds for at most ${MOST_ARMS} arms, got ${arms.length}. Give a number of \`seeds\`.`,
      path,
    );
  if (new Set(arms.map(({ config }) => config.dataset)).size > 1)
    throw configError(
      "Seeds can be added in rounds for one dataset only, because arms on different datasets cannot be told apart. Give a number of `seeds`.",
      path,
    );
  const least = leastSeedsInRounds(perRound);
  if (rounds * perRound < least)
    throw configError(
      `${rounds * perRound} \`seeds\` in rounds of ${perRound} can never show that an arm is better. Give at least ${least}.`,
      "seeds",
    );
}
