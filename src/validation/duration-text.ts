const UNITS = [
  { name: "days", seconds: 86_400 },
  { name: "h", seconds: 3600 },
  { name: "min", seconds: 60 },
] as const;

/** "0.4 s", "90 s", "12 min", "3.5 h", "4.2 days": at least two digits from a minute and a half on. */
export function durationText(seconds: number): string {
  const unit = UNITS.find((each) => seconds >= 1.65 * each.seconds);
  if (unit === undefined) return `${seconds < 0.95 ? Number(seconds.toFixed(1)) : Math.round(seconds)} s`;
  const value = seconds / unit.seconds;
  return `${value < 9.95 ? Number(value.toFixed(1)) : Math.round(value)} ${unit.name}`;
}
