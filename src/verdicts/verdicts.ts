import type { Metric } from "./metric.js";
import type { Noise } from "./noise.js";
import type { PairVerdict } from "./pair.js";
import type { TargetTimes } from "./target-times.js";

/** An arm's place among the others. */
export interface ArmVerdict {
  /** Its label in tables. */
  readonly label: string;
  /** Its file name: lower-case letters, digits and hyphens. */
  readonly slug: string;
  /** 1 + the number of arms that are better. Arms between which nothing is decided share their rank. */
  readonly rank: number;
  /** Mean over the compared seeds; a diverged run counts as 0. */
  readonly score: number;
  /** Mean over the runs that completed; null if none did. */
  readonly accuracy: number | null;
  /** Number of compared runs that diverged. */
  readonly diverged: number;
  /** Where the spread of its runs comes from; null if no run completed. */
  readonly noise: Noise | null;
}

/** What a study shows: plain data. */
export interface Verdicts {
  /** What was compared. */
  readonly metric: Metric;
  /** The difference below which two arms count as equal, as a share: 0.002 is 0.2 points. */
  readonly margin: number;
  /** Probability of a false "better" anywhere in the study, and of a false "equal" per pair. */
  readonly level: number;
  /** The seeds that every compared arm finished. */
  readonly seeds: readonly number[];
  /** The fewest seeds with which any arm can be called better: by the sign-flip test, or by AdaStop if seeds were added in rounds. */
  readonly leastSeeds: number;
  /** The compared arms by rank, then by score. */
  readonly arms: readonly ArmVerdict[];
  /** Every pair of these arms. */
  readonly pairs: readonly PairVerdict[];
  /** How long the arms took to each of the study's targets. */
  readonly targets: readonly TargetTimes[];
  /** The result in one sentence. */
  readonly sentence: string;
  /** What limits it. */
  readonly notes: readonly string[];
}
