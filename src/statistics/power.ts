import { normalBelow } from "./normal.js";
import { studentT } from "./student-t.js";

/** What is assumed about differences that were not measured yet. */
export interface Assumed {
  readonly mean: number;
  readonly standardDeviation: number;
}

/** The probability that a two-sided paired t test at `level` finds the assumed difference with `count` pairs. */
export function powerOfDifference(assumed: Assumed, count: number, level: number): number {
  const critical = studentT(1 - level, count - 1);
  const shift = (Math.abs(assumed.mean) / assumed.standardDeviation) * Math.sqrt(count);
  return overDeviations(
    count - 1,
    (ratio) => normalBelow(shift - critical * ratio) + normalBelow(-shift - critical * ratio),
  );
}

/** The probability that two one-sided paired t tests at `level` find the assumed difference within ± `margin`. */
export function powerOfEquivalence(assumed: Assumed, count: number, level: number, margin: number): number {
  const critical = studentT(1 - 2 * level, count - 1);
  const unit = Math.sqrt(count) / assumed.standardDeviation;
  const [low, high] = [-margin - assumed.mean, margin - assumed.mean].map((end) => end * unit) as [
    number,
    number,
  ];
  return overDeviations(count - 1, (ratio) =>
    Math.max(0, normalBelow(high - critical * ratio) - normalBelow(low + critical * ratio)),
  );
}

const POINTS = 200;

/**
 * The mean of a function of the ratio of a sample's standard deviation to the true one, by Simpson's rule. The ratio's density is
 * proportional to r^(degrees - 1) exp(-degrees r^2 / 2).
 */
function overDeviations(degrees: number, value: (ratio: number) => number): number {
  const spread = 8 / Math.sqrt(2 * degrees);
  const [from, to] = [Math.max(0, 1 - spread), 1 + spread];
  let [sum, weights] = [0, 0];
  for (let i = 0; i <= POINTS; i++) {
    const ratio = from + ((to - from) * i) / POINTS;
    const simpson = i === 0 || i === POINTS ? 1 : i % 2 === 1 ? 4 : 2;
    const powers = degrees === 1 ? 0 : (degrees - 1) * Math.log(ratio);
    const weight = simpson * Math.exp(powers - (degrees * (ratio ** 2 - 1)) / 2);
    sum += weight * value(ratio);
    weights += weight;
  }
  return sum / weights;
}
