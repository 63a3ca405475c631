import { adaStop, type Separation, type SequentialDesign } from "../statistics/adastop.js";
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
  const { perRound, rounds } = design;
  const finished = Math.floor(scores[0]!.length / perRound);
  const whole = scores.map((each) => each.slice(0, finished * perRound));
  const level = scores.length > 2 ? LEVEL_OF_MORE_ARMS : LEVEL;
  const { separations } = adaStop(whole, { ...design, level }, options.random);
  for (let round = 1; ; round++) {
    const pairs = pairsOf(
      scores.map((each) => each.slice(0, round * perRound)),
      options,
    );
    const known = separations.filter((each) => each.round <= round);
    // An incomplete first round decides nothing.
    const decisions = pairs.map((pair) => decision(pair, known, finished === 0 ? 0 : LEVEL / rounds));
    const isDecided = decisions.every(({ verdict }) => verdict !== "undecided");
    if (isDecided || round >= finished) return { decisions, round: Math.min(round, finished), isDecided };
  }
}

function decision(
  pair: ReturnType<typeof pairsOf>[number],
  separations: readonly Separation[],
  equalityLevel: number,
): Decision {
  const { a, b, differences, equivalenceP } = pair;
  const none = { p: Number.NaN, correctedP: Number.NaN };
  if (separations.some(({ higher, lower }) => higher === a && lower === b))
    return { ...pair, ...none, verdict: "better" };
  // The mean difference may have changed its sign since the round that decided.
  if (separations.some(({ higher, lower }) => higher === b && lower === a))
    return {
      a: b,
      b: a,
      differences: differences.map((each) => -each),
      equivalenceP,
      ...none,
      verdict: "better",
    };
  return { ...pair, ...none, verdict: equivalenceP <= equalityLevel ? "equal" : "undecided" };
}
