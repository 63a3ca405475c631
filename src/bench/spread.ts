import { min, quantile } from "simple-statistics";

/** The distribution of a duration that was measured many times, in milliseconds. */
export interface Spread {
  /** How often it was measured. */
  readonly samples: number;
  /** Half of the samples are smaller. */
  readonly median: number;
  /** A quarter of the samples are smaller. */
  readonly lowerQuartile: number;
  /** Three quarters of the samples are smaller. */
  readonly upperQuartile: number;
  /** The smallest sample. */
  readonly least: number;
  /** Median of each round. If they differ much, other programs disturbed the measurement. */
  readonly medianOfRounds: readonly number[];
}

/** @param rounds the samples of each round, at least one per round */
export function spreadOf(rounds: readonly (readonly number[])[]): Spread {
  const all = rounds.flat();
  const [lowerQuartile, median, upperQuartile] = quantile(all, [0.25, 0.5, 0.75]) as [number, number, number];
  return {
    samples: all.length,
    median,
    lowerQuartile,
    upperQuartile,
    least: min(all),
    medianOfRounds: rounds.map((round) => quantile([...round], 0.5)),
  };
}
