/** The median; infinite if at least half of the values are. */
export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const [low, high] = [sorted[Math.floor(middle)]!, sorted[Math.ceil(middle)]!];
  return high === Number.POSITIVE_INFINITY ? high : (low + high) / 2;
}
