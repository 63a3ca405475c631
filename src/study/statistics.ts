import { mean, sampleStandardDeviation } from "simple-statistics";

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

/**
 * The t with P(|T| < t) = `probability` for Student's T with whole degrees of freedom. With t = sqrt(degrees) tan(angle), the
 * probability is a finite sum (Abramowitz & Stegun 26.7.3 and 26.7.4) that increases with the angle, so bisection finds it.
 * (@stdlib/stats-base-dists-t-quantile would add 223 packages.)
 */
export function studentT(probability: number, degrees: number): number {
  let [low, high] = [0, Math.PI / 2];
  for (;;) {
    const angle = (low + high) / 2;
    // no representable number lies between them
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
