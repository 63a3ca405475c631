import { type Assumed, powerOfDifference, powerOfEquivalence } from "./power.js";
import { leastSignFlipP } from "./sign-flip-test.js";

/** The power with which a number of seeds is said to decide. */
export const DECIDING_POWER = 0.8;

/** The fewest seeds with which the smallest p-value of a sign-flip test can be at most `level`, corrected for `pairs` tests. */
export function leastSeeds(pairs: number, level: number): number {
  let count = 1;
  while (leastSignFlipP(count) * pairs > level) count++;
  return count;
}

/**
 * The fewest pairs that decide between two arms with 80% power, either that they differ or that they are equal within the margin.
 *
 * @param assumed what the differences are taken to be; its standard deviation is above 0
 * @param tests.difference the level of the test for a difference, corrected for the family
 * @param tests.equality the level of the two one-sided tests
 * @returns undefined if it is more than `most`
 */
export function seedsToDecide(
  assumed: Assumed,
  margin: number,
  tests: { readonly difference: number; readonly equality: number },
  most = 10_000,
): number | undefined {
  const decides = (count: number) =>
    (leastSignFlipP(count) <= tests.difference &&
      powerOfDifference(assumed, count, tests.difference) >= DECIDING_POWER) ||
    powerOfEquivalence(assumed, count, tests.equality, margin) >= DECIDING_POWER;
  let high = 2;
  while (!decides(high)) {
    high *= 2;
    if (high > most * 2) return undefined;
  }
  let low = high === 2 ? 1 : high / 2;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (decides(middle)) high = middle;
    else low = middle;
  }
  return high > most ? undefined : high;
}
