/**
 * The largest relative difference between two lists of numbers.
 *
 * @param floor numbers smaller than this are compared as if they were this large
 */
export function relativeError(found: ArrayLike<number>, expected: ArrayLike<number>, floor: number): number {
  if (found.length !== expected.length) return Number.POSITIVE_INFINITY;
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(found[i]! - expected[i]!) / Math.max(Math.abs(expected[i]!), floor);
    worst = Number.isNaN(error) ? Number.POSITIVE_INFINITY : Math.max(worst, error);
  }
  return worst;
}
