/**
 * The p-values of a family of tests, corrected by Holm's step-down procedure (1979). Rejecting where the corrected p-value is at
 * most 5% makes any false rejection in the family happen with a probability of at most 5%.
 */
export function holm(ps: readonly number[]): number[] {
  const ascending = ps.map((_, i) => i).sort((a, b) => ps[a]! - ps[b]!);
  const corrected: number[] = [...ps];
  let least = 0;
  for (const [rank, i] of ascending.entries()) {
    least = Math.max(least, Math.min(1, ps[i]! * (ps.length - rank)));
    corrected[i] = least;
  }
  return corrected;
}
