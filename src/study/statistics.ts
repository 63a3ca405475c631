import { mean, sampleStandardDeviation } from "simple-statistics";

/** What several measurements of one thing come to. */
export interface Summary {
  readonly count: number;
  readonly mean: number;
  /** Of the sample, with count - 1 in the denominator; NaN of a single value. */
  readonly standardDeviation: number;
  /** Half the width of the mean's 95 % confidence interval by Student's t, for normally distributed values; NaN of a single one. */
  readonly confidence95: number;
}

/** Mean, spread, and how sure the mean is, of at least one value. */
export function summarise(values: readonly number[]): Summary {
  const count = values.length;
  const standardDeviation = count < 2 ? Number.NaN : sampleStandardDeviation([...values]);
  const confidence95 =
    count < 2 ? Number.NaN : (studentT(0.95, count - 1) * standardDeviation) / Math.sqrt(count);
  return { count, mean: mean([...values]), standardDeviation, confidence95 };
}

/**
 * The t that |T| stays below with the given probability, for Student's T with whole degrees of freedom.
 * With t = sqrt(degrees) tan(angle), the probability is a finite sum (Abramowitz & Stegun 26.7.3 and 26.7.4)
 * that grows with the angle, so bisection finds it. (@stdlib/stats-base-dists-t-quantile does the same with 223 packages.)
 */
export function studentT(probability: number, degrees: number): number {
  let [low, high] = [0, Math.PI / 2];
  for (;;) {
    const angle = (low + high) / 2;
    // No number is left between them.
    if (angle === low || angle === high) return Math.sqrt(degrees) * Math.tan(angle);
    if (probabilityWithin(angle, degrees) < probability) low = angle;
    else high = angle;
  }
}

function probabilityWithin(angle: number, degrees: number): number {
  const odd = degrees % 2 === 1;
  const square = Math.cos(angle) ** 2;
  let term = odd ? Math.cos(angle) : 1;
  let sum = 0;
  for (let k = odd ? 3 : 2; k <= degrees; k += 2) {
    sum += term;
    term *= ((k - 1) / k) * square;
  }
  return odd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
}
