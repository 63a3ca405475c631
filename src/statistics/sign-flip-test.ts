import type { RandomSource } from "./random-source.js";

/** The most differences whose signs are all enumerated. */
export const MOST_ENUMERATED = 16;
/** The most additions of the exact test for multiples of a unit. */
const MOST_ADDITIONS = 20_000_000;
const RANDOM_FLIPS = 65_535;

/**
 * The two-sided p-value of the permutation test of paired differences: the share of all ways to choose their signs that make the
 * absolute sum at least as large as it is. It needs no assumption but that two arms without a difference could be exchanged.
 *
 * It is exact for up to 16 differences, and for any number of multiples of `unit` (by the shift algorithm of Streitberg & Röhmel
 * 1986). Otherwise it is estimated from random signs, and counts the observed ones (Phipson & Smyth 2010), so it is never 0.
 *
 * @param unit of which every difference is a multiple, such as the accuracy of one image; 0 if there is none
 */
export function signFlipP(differences: readonly number[], random: RandomSource, unit = 0): number {
  const sizes = differences.map(Math.abs).filter((size) => size > 0);
  if (sizes.length === 0) return 1;
  const whole = multiples(sizes, unit);
  if (whole !== undefined) return shifted(whole, Math.abs(wholeSum(differences, unit)));
  const observed = Math.abs(differences.reduce((sum, each) => sum + each, 0));
  // Sums that are equal but for rounding count as equal.
  const threshold = observed - 1e-12 * sizes.reduce((sum, size) => sum + size, 0);
  if (sizes.length <= MOST_ENUMERATED) return enumerated(sizes, threshold);
  return sampled(sizes, threshold, random);
}

/** The least two-sided p-value that `count` differences can have. */
export const leastSignFlipP = (count: number): number => Math.min(1, 2 ** (1 - count));

function multiples(sizes: readonly number[], unit: number): readonly number[] | undefined {
  if (unit <= 0) return undefined;
  const whole = sizes.map((size) => Math.round(size / unit));
  const total = whole.reduce((sum, size) => sum + size, 0);
  if (total * whole.length > MOST_ADDITIONS) return undefined;
  return whole.every((size, i) => Math.abs(size - sizes[i]! / unit) < 1e-6) ? whole : undefined;
}

const wholeSum = (differences: readonly number[], unit: number) =>
  differences.reduce((sum, each) => sum + Math.round(each / unit), 0);

/** Adds one size at a time to the distribution of the sum of those with a positive sign. */
function shifted(sizes: readonly number[], observed: number): number {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const probability = new Float64Array(total + 1);
  probability[0] = 1;
  let reached = 0;
  for (const size of sizes) {
    reached += size;
    for (let sum = reached; sum >= size; sum--)
      probability[sum] = (probability[sum]! + probability[sum - size]!) / 2;
    for (let sum = size - 1; sum >= 0; sum--) probability[sum]! /= 2;
  }
  const share = probability.reduce(
    (sum, each, positive) => (Math.abs(2 * positive - total) >= observed ? sum + each : sum),
    0,
  );
  return Math.min(1, share); // rounding can exceed 1
}

function enumerated([first, ...others]: readonly number[], threshold: number): number {
  let extreme = 0;
  const flip = (index: number, sum: number): void => {
    if (index === others.length) {
      if (Math.abs(sum) >= threshold) extreme++;
      return;
    }
    flip(index + 1, sum + others[index]!);
    flip(index + 1, sum - others[index]!);
  };
  // All signs reversed give the same absolute sum, so the first sign may stay.
  flip(0, first!);
  return extreme / 2 ** others.length;
}

function sampled(sizes: readonly number[], threshold: number, random: RandomSource): number {
  let extreme = 1;
  for (let k = 0; k < RANDOM_FLIPS; k++) {
    let [sum, bits] = [0, 0];
    for (const [i, size] of sizes.entries()) {
      if (i % 32 === 0) bits = random();
      sum += (bits >>> (i % 32)) & 1 ? size : -size;
    }
    if (Math.abs(sum) >= threshold) extreme++;
  }
  return extreme / (RANDOM_FLIPS + 1);
}
