import type { Interval } from "./interval.js";
import { quantileOf } from "./quantile.js";
import type { RandomSource } from "./random-source.js";

/**
 * The percentile bootstrap interval of an aggregate over several tasks (Agarwal et al. 2021, arXiv 2108.13264). The scores of each
 * task are drawn with replacement from this task, so the tasks are fixed: the interval says how other seeds would change the
 * aggregate, not how other tasks would.
 *
 * @param tasks the scores of each task
 * @param aggregate of all drawn scores
 */
export function stratifiedInterval(
  tasks: readonly (readonly number[])[],
  aggregate: (scores: Float64Array) => number,
  { resamples, random, level = 0.95 }: StratifiedOptions,
): Interval {
  const drawn = new Float64Array(tasks.reduce((sum, { length }) => sum + length, 0));
  const aggregates = Float64Array.from({ length: resamples }, () => {
    let i = 0;
    for (const scores of tasks)
      for (let run = 0; run < scores.length; run++)
        drawn[i++] = scores[Math.floor((random() / 2 ** 32) * scores.length)]!;
    return aggregate(drawn);
  }).sort();
  return { low: quantileOf(aggregates, (1 - level) / 2), high: quantileOf(aggregates, (1 + level) / 2) };
}

interface StratifiedOptions {
  readonly resamples: number;
  readonly random: RandomSource;
  /** Default: 0.95. */
  readonly level?: number;
}
