import { adaStop, type SequentialDesign, type SequentialTest } from "../statistics/adastop.js";
import { LEVEL } from "../study/too-few-seeds.js";
import { type DecideOptions, type Decision, pairsOf } from "./decide-pairs.js";

/** What is known about arms whose seeds were added in rounds. */
export interface RoundsDecision {
  readonly decisions: readonly Decision[];
  /** The round after which every pair was decided, otherwise the last complete round. */
  readonly round: number;
  readonly isDecided: boolean;
}

/**
 * AdaStop's level for more than two arms. It is then not exact: at 5%, up to 6.5% of simulated studies with equal normal arms had a
 * false "better", depending on arms, rounds and seeds per round.
 */
const LEVEL_OF_MORE_ARMS = 0.035;

/** The level that AdaStop runs at. */
export const sequentialLevel = (arms: number): number => (arms > 2 ? LEVEL_OF_MORE_ARMS : LEVEL);

/**
 * Decides every pair of arms after each round of seeds, until all are decided. AdaStop keeps the probability of any false "better"
 * at 5% over all pairs and rounds. A pair is equal if the two one-sided tests say so at 5% divided by the number of rounds. The
 * tests of a fixed number of seeds would not be valid here, because the results decide on the number.
 *
 * @param scores a list per arm, with the scores of the same seeds, in the order of the rounds. An incomplete round is not used.
 */
export function decideInRounds(
  scores: readonly (readonly number[])[],
  design: Omit<SequentialDesign, "level">,
  options: DecideOptions,
): RoundsDecision {
  const { perRound } = design;
  const finished = Math.floor(scores[0]!.length / perRound);
  const whole = scores.map((each) => each.slice(0, finished * perRound));
  const test = adaStop(whole, { ...design, level: sequentialLevel(scores.length) }, options.random);
  for (let round = Math.min(1, finished); ; round++) {
    const seeds = finished === 0 ? scores[0]!.length : round * perRound;
    const pairs = pairsOf(
      scores.map((each) => each.slice(0, seeds)),
      options,
    );
    const decisions = pairs.map((pair) => decision(pair, { test, round, design }));
    const isDecided = decisions.every(({ verdict }) => verdict !== "undecided");
    if (isDecided || round >= finished) return { decisions, round, isDecided };
  }
}

interface Known {
  readonly test: SequentialTest;
  /** The last complete round; an incomplete first one decides nothing. */
  readonly round: number;
  readonly design: Omit<SequentialDesign, "level">;
}

function decision(
  pair: ReturnType<typeof pairsOf>[number],
  { test, round, design: { perRound, rounds } }: Known,
): Decision {
  const { a, b, differences, equivalenceP } = pair;
  const separation = test.separations.find(
    ({ higher, lower, round: decided }) =>
      decided <= round && ((higher === a && lower === b) || (higher === b && lower === a)),
  );
  // The mean difference may have changed its sign since the round that decided.
  const ordered =
    separation?.higher === b ? { a: b, b: a, differences: differences.map((each) => -each) } : pair;
  const last = separation?.round ?? round;
  const equalityLevel = LEVEL / rounds;
  const isEqual = round > 0 && equivalenceP <= equalityLevel;
  return {
    ...pair,
    ...ordered,
    verdict: separation !== undefined ? "better" : isEqual ? "equal" : "undecided",
    p: null,
    correctedP: null,
    sequential: {
      round: last,
      difference: last === 0 ? null : mean(ordered.differences.slice(0, last * perRound)),
      boundary: separation?.boundary ?? test.boundaries[last - 1] ?? null,
      equalityLevel,
    },
  };
}

const mean = (values: readonly number[]) => values.reduce((sum, each) => sum + each, 0) / values.length;
