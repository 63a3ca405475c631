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

/** P(T < `t`) for Student's T with whole degrees of freedom. */
export function studentTBelow(t: number, degrees: number): number {
  const within = probabilityWithin(Math.atan(Math.abs(t) / Math.sqrt(degrees)), degrees);
  return t < 0 ? (1 - within) / 2 : (1 + within) / 2;
}

/** P(|T| < sqrt(degrees) tan(angle)) */
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
