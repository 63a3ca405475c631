import { bcaInterval, bootstrapMeans } from "../statistics/bootstrap.js";
import { correlation } from "../statistics/correlation.js";
import type { Interval } from "../statistics/interval.js";
import type { RandomSource } from "../statistics/random-source.js";
import { seedsToDecide } from "../statistics/seeds-to-decide.js";
import { summarise } from "../statistics/summary.js";
import { probabilityOfSuperiority } from "../statistics/superiority.js";
import { LEVEL } from "../study/too-few-seeds.js";
import type { Decision, SequentialDecision, Verdict } from "./decide-pairs.js";
import type { ScoredArm } from "./scores.js";

/** The verdict on two arms, and what it rests on. */
export interface PairVerdict {
  /** The label of the arm with the higher mean. */
  readonly a: string;
  /** The label of the other arm. */
  readonly b: string;
  /**
   * "better": `a` is better than `b`. "equal": they are equal within the margin. "undecided": neither is shown.
   */
  readonly verdict: Verdict;
  /** The mean of what `a` scored more than `b`, seed by seed. A diverged run scores 0. */
  readonly difference: number;
  /** 95% confidence interval of the difference by Student's t; null for one seed. */
  readonly interval: Interval | null;
  /** 95% confidence interval of the difference by the bias-corrected and accelerated bootstrap; null for one seed. */
  readonly bootstrap: Interval | null;
  /** Correlation of the arms' scores between seeds, from which pairing gains; null if an arm's scores do not vary. */
  readonly correlation: number | null;
  /**
   * p-value of the sign-flip test that the arms do not differ; null if seeds were added in rounds, where it would not hold:
   * `sequential` has what decided instead.
   */
  readonly p: number | null;
  /** The same, corrected for the number of pairs by Holm's method. */
  readonly correctedP: number | null;
  /** What AdaStop decided, if seeds were added in rounds; null if their number was fixed. */
  readonly sequential: SequentialDecision | null;
  /** p-value of the two one-sided t tests that the arms differ by the margin or more; null for one seed. */
  readonly equivalenceP: number | null;
  /** The probability that a run of `a` scores more than a run of `b`; equal scores count half. */
  readonly superiority: number;
  /** About how many more seeds would decide an undecided pair; null if it is decided, or cannot be estimated. */
  readonly moreSeeds: number | null;
}

/** Means of so many resamples estimate the ends of an interval well enough for two digits (Efron & Tibshirani 1993). */
const RESAMPLES = 2000;

interface Family {
  readonly margin: number;
  readonly resolution: number;
  /** The number of pairs that are not decided to differ. Holm's method would correct the next one for it. */
  readonly open: number;
  readonly random: RandomSource;
}

export function pairVerdict(
  { a, b, differences, verdict, p, correctedP, sequential, equivalenceP }: Decision,
  arms: readonly ScoredArm[],
  { margin, resolution, open, random }: Family,
): PairVerdict {
  const [first, second] = [arms[a]!, arms[b]!];
  const { count, mean, standardDeviation, confidence95 } = summarise(differences);
  const several = count > 1;
  const needed = () =>
    seedsToDecide({ mean, standardDeviation: Math.max(standardDeviation, resolution) }, margin, {
      difference: LEVEL / open,
      equality: LEVEL,
    });
  const seeds = verdict === "undecided" && several ? needed() : undefined;
  return {
    a: first.arm.label,
    b: second.arm.label,
    verdict,
    difference: mean,
    interval: several ? { low: mean - confidence95, high: mean + confidence95 } : null,
    bootstrap: several ? bcaInterval(differences, bootstrapMeans(differences, RESAMPLES, random)) : null,
    correlation: (several ? correlation(first.scores, second.scores) : undefined) ?? null,
    p,
    correctedP,
    sequential,
    equivalenceP: several ? equivalenceP : null,
    superiority: probabilityOfSuperiority(first.scores, second.scores),
    moreSeeds: seeds === undefined ? null : Math.max(1, seeds - count),
  };
}
