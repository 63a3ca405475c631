/**
 * The probability that a standard normal variable is below `z`, by Marsaglia's series (Evaluating the normal distribution, 2004).
 * Its absolute error is about 1e-16. (simple-statistics' is up to 0.002 off, and its quantile 0.013.)
 */
export function normalBelow(z: number): number {
  if (Math.abs(z) > 9) return z > 0 ? 1 : 0;
  const square = z * z;
  let [sum, term] = [z, z];
  for (let k = 3; ; k += 2) {
    term *= square / k;
    if (sum + term === sum) return 0.5 + sum * Math.exp(-square / 2 - LOG_ROOT_TWO_PI);
    sum += term;
  }
}

const LOG_ROOT_TWO_PI = Math.log(2 * Math.PI) / 2;

/** The z with P(Z < z) = `probability`; infinite for 0 and 1. Bisection finds it, because the probability increases with z. */
export function normalQuantile(probability: number): number {
  if (probability <= 0) return Number.NEGATIVE_INFINITY;
  if (probability >= 1) return Number.POSITIVE_INFINITY;
  let [low, high] = [-9, 9];
  for (;;) {
    const middle = (low + high) / 2;
    // no representable number lies between them
    if (middle === low || middle === high) return middle;
    if (normalBelow(middle) < probability) low = middle;
    else high = middle;
  }
}
