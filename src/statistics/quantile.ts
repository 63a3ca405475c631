/** The quantile of sorted values, by linear interpolation. */
export function quantileOf(sorted: ArrayLike<number>, probability: number): number {
  const place = probability * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
  return below + (above - below) * (place % 1);
}
