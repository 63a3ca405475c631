import { mean } from "simple-statistics";
import type { Interval } from "./interval.js";
import { normalBelow, normalQuantile } from "./normal.js";
import { quantileOf } from "./quantile.js";
import type { RandomSource } from "./random-source.js";

/** The means of random samples of as many values, drawn with replacement. */
export function bootstrapMeans(
  values: readonly number[],
  resamples: number,
  random: RandomSource,
): Float64Array {
  const { length } = values;
  const means = new Float64Array(resamples);
  for (let resample = 0; resample < resamples; resample++) {
    let sum = 0;
    for (let i = 0; i < length; i++) sum += values[Math.floor((random() / 2 ** 32) * length)]!;
    means[resample] = sum / length;
  }
  return means;
}

/**
 * The bias-corrected and accelerated bootstrap interval of a mean (Efron 1987). Unlike Student's, it need not be symmetric.
 *
 * @param values at least two
 * @param means what `bootstrapMeans` returned for them
 */
export function bcaInterval(values: readonly number[], means: Float64Array, level = 0.95): Interval {
  const centre = mean([...values]);
  const deviations = values.map((value) => value - centre);
  const squares = deviations.reduce((sum, each) => sum + each ** 2, 0);
  const sorted = means.toSorted();
  if (squares === 0 || sorted[0] === sorted.at(-1)) return { low: centre, high: centre };
  // Means that are equal but for rounding count as equal, half of them as below.
  const rounding = 1e-12 * Math.sqrt(squares);
  let below = 0;
  for (const each of sorted) below += each < centre - rounding ? 1 : each <= centre + rounding ? 0.5 : 0;
  const bias = normalQuantile(below / sorted.length);
  // By the jackknife: leaving out a value moves the mean against its deviation.
  const acceleration = deviations.reduce((sum, each) => sum + each ** 3, 0) / (6 * squares ** 1.5);
  const end = (probability: number) => {
    const shifted = bias + normalQuantile(probability);
    const corrected = normalBelow(bias + shifted / (1 - acceleration * shifted));
    return quantileOf(sorted, corrected);
  };
  return { low: end((1 - level) / 2), high: end((1 + level) / 2) };
}
