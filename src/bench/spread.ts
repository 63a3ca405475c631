import { min, quantile } from "simple-statistics";

/** Milliseconds of one thing, measured many times. */
export interface Spread {
  readonly samples: number;
  readonly median: number;
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
  readonly least: number;
  /** The median of each round: where they differ much, the machine had other work. */
  readonly medianOfRounds: readonly number[];
}

/** @param rounds samples, round by round, at least one each */
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
