import type { Summary } from "../../statistics/summary.js";

/** Formats `value` with a precision that suits numbers of the size of `scale`. Default: `value`. */
type NumberText = (value: number, scale?: number) => string;

/** A share from 0 to 1 with four digits, the resolution of 10,000 images: 0.9831. */
export const accuracyText: NumberText = (share) => share.toFixed(4);

/** Four significant digits of `scale`: 0.06214, 2.303, 184.2, 1.2e-7. */
export const numberText: NumberText = (value, scale = value) => {
  const size = Math.abs(scale);
  if (size !== 0 && (size < 1e-4 || size >= 1e6)) return String(Number(value.toPrecision(3)));
  const decimals = size === 0 ? 0 : Math.max(0, 3 - Math.floor(Math.log10(size)));
  return value.toFixed(decimals);
};

/** A count, which is a half in a median of an even number: 2, 2.5, 9,000. */
export const medianText = (count: number): string => count.toLocaleString("en");

/** 0.412 s, 8.31 s, 42.7 s, 3 min 5 s, 1 h 12 min. */
export function secondsText(seconds: number): string {
  if (seconds < 1) return `${seconds.toFixed(3)} s`;
  if (seconds < 100) return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** `mean ± standard deviation`, or only the value if there is one, or a dash if there is none. */
export function summaryText(summary: Summary | undefined, text: NumberText): string {
  if (summary === undefined) return "–";
  if (summary.count === 1) return text(summary.mean);
  return `${text(summary.mean)} ± ${text(summary.standardDeviation, summary.mean)}`;
}
