import { type ArmPair, choicesOfHalf, PermutedSums } from "./permuted-sums.js";
import type { RandomSource } from "./random-source.js";

/** A group-sequential design: an analysis after each round of seeds. */
export interface SequentialDesign {
  /** Seeds that each arm gets per round. */
  readonly perRound: number;
  /** The most rounds. */
  readonly rounds: number;
  /** The share of permutations that may exceed the boundaries of all rounds. */
  readonly level: number;
}

/** A pair of arms that differ. */
export interface Separation {
  /** The arm with the higher mean. */
  readonly higher: number;
  readonly lower: number;
  /** The round that decided, from 1. */
  readonly round: number;
  /** The boundary of that round: the mean difference that the pair exceeded. */
  readonly boundary: number;
}

export interface SequentialTest {
  /** Pairs that differ, in the order in which they were decided. */
  readonly separations: readonly Separation[];
  /** Per round, the mean difference that the remaining pairs would have had to exceed. */
  readonly boundaries: readonly number[];
}

/**
 * AdaStop, the group-sequential permutation test of Mathieu et al. (arXiv 2306.10882), for all pairs of arms. In each round, the
 * values of a pair are exchanged at random within the round. Over all rounds so far, the largest absolute difference of the
 * undecided pairs gives the boundary: the chance that it is exceeded by now grows by `level / rounds` per round. The pairs above the
 * boundary differ, and the boundary is computed again for the others, until none is above it. A permutation that was above a
 * boundary does not count in later rounds.
 *
 * With two arms, the data are one of equally likely permutations, so the probability of a false difference is at most `level`.
 * With more, each pair is permuted for itself, which no single exchange of the values could do: the probability is about `level`
 * and can exceed it.
 *
 * The values of a seed are not treated as pairs. If seeds make the values of arms rise and fall together, the test is conservative.
 *
 * @param arms the values of each arm, in the order of the rounds; all have the same number of whole rounds
 * @param random for permutations that are too many to enumerate
 */
export function adaStop(
  arms: readonly (readonly number[])[],
  { perRound, rounds, level }: SequentialDesign,
  random: RandomSource,
): SequentialTest {
  const separations: Separation[] = [];
  const boundaries: number[] = [];
  const sums = new PermutedSums(arms.length, { perRound, rounds }, random);
  let undecided: ArmPair[] = arms.flatMap((_, a) => arms.slice(a + 1).map((__, i) => ({ a, b: a + 1 + i })));
  let spent = 0;
  const finished = Math.floor((arms[0]?.length ?? 0) / perRound);
  for (let round = 1; round <= finished && undecided.length > 0; round++) {
    sums.add(arms.map((each) => each.slice((round - 1) * perRound, round * perRound)));
    const allowed = Math.floor(((level * round) / rounds - spent) * sums.total + 1e-9);
    for (;;) {
      const largest = sums.largest(undecided);
      const boundary = largest.toSorted()[Math.max(0, largest.length - 1 - allowed)]! * (1 + ROUNDING);
      const isAbove = (pair: ArmPair) => Math.abs(sums.difference(pair)) > boundary;
      const meanBoundary = boundary / (round * perRound);
      for (const { a, b } of undecided.filter(isAbove)) {
        const [higher, lower] = sums.difference({ a, b }) > 0 ? [a, b] : [b, a];
        separations.push({ higher, lower, round, boundary: meanBoundary });
      }
      const remaining = undecided.filter((pair) => !isAbove(pair));
      const isStable = remaining.length === undecided.length;
      undecided = remaining;
      if (!isStable && undecided.length > 0) continue;
      const before = sums.count;
      sums.remove(largest, boundary);
      spent += (before - sums.count) / sums.total;
      boundaries.push(meanBoundary);
      break;
    }
  }
  return { separations, boundaries };
}

/**
 * The first round in which AdaStop can tell arms apart: all values of one above all values of the other are one permutation, and
 * their exchange is as extreme. Undefined if there are too few permutations in any round.
 */
export function leastRounds({ perRound, rounds, level }: SequentialDesign): number | undefined {
  const choices = choicesOfHalf(perRound);
  for (let round = 1; round <= rounds; round++)
    if (2 / choices ** round <= (level * round) / rounds) return round;
  return undefined;
}

/** Sums of the same values in another order differ by rounding only. */
const ROUNDING = 1e-9;
