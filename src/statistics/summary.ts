import { mean, sampleStandardDeviation } from "simple-statistics";
import { studentT } from "./student-t.js";

/** Statistics of repeated measurements. */
export interface Summary {
  readonly count: number;
  readonly mean: number;
  /** Of the sample, with count - 1 in the denominator; NaN for a single value. */
  readonly standardDeviation: number;
  /** Half the width of the mean's 95 % confidence interval by Student's t, for normally distributed values; NaN for one value. */
  readonly confidence95: number;
}

/** Computes the statistics of at least one value. */
export function summarise(values: readonly number[]): Summary {
  const count = values.length;
  const standardDeviation = count < 2 ? Number.NaN : sampleStandardDeviation([...values]);
  const confidence95 =
    count < 2 ? Number.NaN : (studentT(0.95, count - 1) * standardDeviation) / Math.sqrt(count);
  return { count, mean: mean([...values]), standardDeviation, confidence95 };
}
