/** The mean of the middle half: a quarter of the values, rounded down, is omitted at each end. */
export function interquartileMean(values: readonly number[] | Float64Array): number {
  const sorted = Float64Array.from(values).sort();
  const omitted = Math.floor(sorted.length / 4);
  const middle = sorted.subarray(omitted, sorted.length - omitted);
  return middle.reduce((sum, value) => sum + value, 0) / middle.length;
}
