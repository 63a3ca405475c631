import { normalBelow } from "./normal.js";

/** P(X > x) of the chi-square distribution with whole degrees of freedom, as a finite sum (Abramowitz & Stegun 26.4.4 and 26.4.5). */
export function chiSquareAbove(x: number, degrees: number): number {
  if (x <= 0) return 1;
  const odd = degrees % 2 === 1;
  let term = odd ? Math.sqrt((2 * x) / Math.PI) * Math.exp(-x / 2) : Math.exp(-x / 2);
  let sum = odd ? 2 * normalBelow(-Math.sqrt(x)) : 0;
  for (let k = odd ? 3 : 2; k <= degrees; k += 2) {
    sum += term;
    term *= x / k;
  }
  return sum;
}
