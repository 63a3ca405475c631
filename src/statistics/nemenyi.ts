import { normalBelow } from "./normal.js";

/**
 * The difference between two mean ranks that is significant after Friedman's test, by the test of Nemenyi (Demšar 2006): each pair
 * of methods whose mean ranks differ by more is told apart, with a family-wise error of `level`.
 */
export const criticalDifference = (methods: number, tasks: number, level = 0.05): number =>
  studentisedRange(1 - level, methods) * Math.sqrt((methods * (methods + 1)) / (12 * tasks));

/** The quantile of the range of `count` standard normal values. */
export function studentisedRange(probability: number, count: number): number {
  let [low, high] = [0, 20];
  for (;;) {
    const range = (low + high) / 2;
    // no representable number lies between them
    if (range === low || range === high) return range;
    if (rangeBelow(range, count) < probability) low = range;
    else high = range;
  }
}

const STEPS = 400;

/** P(range <= x): the smallest value is at z, and all others are at most x above it. Trapezoids, which converge fast here. */
function rangeBelow(x: number, count: number): number {
  const [from, to] = [-9, 9];
  const width = (to - from) / STEPS;
  let sum = 0;
  for (let i = 0; i <= STEPS; i++) {
    const z = from + i * width;
    const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
    sum += density * (normalBelow(z + x) - normalBelow(z)) ** (count - 1);
  }
  return count * width * sum;
}

/**
 * The groups of methods that are not told apart, as first and last position in the order of their mean ranks: the bars of a
 * critical-difference diagram. Groups within a larger one are omitted.
 *
 * @param meanRanks in ascending order
 */
export function rankGroups(meanRanks: readonly number[], difference: number): [number, number][] {
  const groups: [number, number][] = [];
  for (const [first, rank] of meanRanks.entries()) {
    const last = meanRanks.findLastIndex((other) => other - rank <= difference);
    if (last > first && last > (groups.at(-1)?.[1] ?? -1)) groups.push([first, last]);
  }
  return groups;
}
