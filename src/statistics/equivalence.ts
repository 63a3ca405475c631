import { studentTBelow } from "./student-t.js";
import { summarise } from "./summary.js";

/**
 * The p-value of two one-sided t tests (Schuirmann 1987): small if the mean difference lies within ± `margin`.
 *
 * @param differences at least two
 * @param leastDeviation the standard deviation to assume if the sample's is smaller, such as the resolution of the values
 */
export function equivalenceP(differences: readonly number[], margin: number, leastDeviation = 0): number {
  const { count, mean, standardDeviation } = summarise(differences);
  const error = Math.max(standardDeviation, leastDeviation) / Math.sqrt(count);
  const room = margin - Math.abs(mean);
  if (error === 0) return room > 0 ? 0 : 1;
  return studentTBelow(-room / error, count - 1);
}
