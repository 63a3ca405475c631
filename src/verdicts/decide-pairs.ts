import { equivalenceP } from "../statistics/equivalence.js";
import { holm } from "../statistics/holm.js";
import type { RandomSource } from "../statistics/random-source.js";
import { signFlipP } from "../statistics/sign-flip-test.js";
import { LEVEL } from "../study/too-few-seeds.js";
import { atOnce, type Work } from "../system/in-turns.js";

/**
 * better: one arm is better than the other. equal: they differ by less than the margin. undecided: neither is shown.
 */
export type Verdict = "better" | "equal" | "undecided";

/** What is known about two arms. */
export interface Decision {
  /** The arm with the higher mean, as an index. */
  readonly a: number;
  readonly b: number;
  /** What the first scored more than the second, seed by seed. */
  readonly differences: readonly number[];
  readonly verdict: Verdict;
  /** Of the sign-flip test that the arms do not differ; null if seeds were added in rounds, where it would not hold. */
  readonly p: number | null;
  /** The same, corrected for the number of pairs by Holm's method. */
  readonly correctedP: number | null;
  /** What AdaStop decided instead; null if the number of seeds was fixed. */
  readonly sequential: SequentialDecision | null;
  /** Of the two one-sided tests that the arms differ by the margin or more; NaN for one seed. */
  readonly equivalenceP: number;
}

/** What AdaStop knows of a pair whose seeds were added in rounds. */
export interface SequentialDecision {
  /** The round that called the first arm better, otherwise the last complete round; 0 for none. */
  readonly round: number;
  /** Mean difference of the pair in the rounds up to this one; null for none. */
  readonly difference: number | null;
  /** What the difference must exceed in this round for "better"; null for no round. */
  readonly boundary: number | null;
  /** What `equivalenceP` must not exceed for "equal". */
  readonly equalityLevel: number;
}

export interface DecideOptions {
  readonly margin: number;
  /** The least difference that two different scores can have, such as 1 / images. */
  readonly resolution: number;
  readonly random: RandomSource;
}

/**
 * Decides every pair of arms. All pairs are one family: the probability that any arm without an advantage is called better is at
 * most 5%.
 *
 * @param scores a list per arm, with the scores of the same seeds
 */
export const decidePairs = (scores: readonly (readonly number[])[], options: DecideOptions): Decision[] =>
  atOnce(decidingPairs(scores, options));

/** The same in pieces, one per pair. */
export function* decidingPairs(
  scores: readonly (readonly number[])[],
  options: DecideOptions,
): Work<Decision[]> {
  const { resolution, random } = options;
  const tested = [];
  for (const pair of pairsOf(scores, options)) {
    tested.push({ ...pair, p: signFlipP(pair.differences, random, resolution) });
    yield;
  }
  const corrected = holm(tested.map(({ p }) => p));
  return tested.map((each, i) => {
    const correctedP = corrected[i]!;
    const verdict =
      correctedP <= LEVEL ? "better" : each.equivalenceP <= LEVEL ? "equal" : ("undecided" as const);
    return { ...each, correctedP, verdict, sequential: null };
  });
}

/** Every pair of arms before any is called better: the arm with the higher mean first. */
export function pairsOf(
  scores: readonly (readonly number[])[],
  { margin, resolution }: Pick<DecideOptions, "margin" | "resolution">,
): Pick<Decision, "a" | "b" | "differences" | "equivalenceP">[] {
  const sums = scores.map((each) => each.reduce((sum, score) => sum + score, 0));
  const pairs = scores.flatMap((_, i) => scores.slice(i + 1).map((__, k) => [i, i + 1 + k] as const));
  return pairs.map(([i, j]) => {
    const [a, b] = sums[j]! > sums[i]! ? [j, i] : [i, j];
    const differences = scores[a]!.map((score, seed) => score - scores[b]![seed]!);
    return {
      a,
      b,
      differences,
      equivalenceP: differences.length < 2 ? Number.NaN : equivalenceP(differences, margin, resolution),
    };
  });
}
