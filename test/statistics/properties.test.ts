import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { randomStream } from "../../src/data/random.js";
import { bcaInterval, bootstrapMeans } from "../../src/statistics/bootstrap.js";
import { correlation } from "../../src/statistics/correlation.js";
import { equivalenceP } from "../../src/statistics/equivalence.js";
import {
  binomialDeviation,
  evaluationDeviation,
  remainingDeviation,
} from "../../src/statistics/evaluation-noise.js";
import { holm } from "../../src/statistics/holm.js";
import { powerOfDifference, powerOfEquivalence } from "../../src/statistics/power.js";
import { DECIDING_POWER, leastSeeds, seedsToDecide } from "../../src/statistics/seeds-to-decide.js";
import { leastSignFlipP, signFlipP } from "../../src/statistics/sign-flip-test.js";
import { probabilityOfSuperiority } from "../../src/statistics/superiority.js";

const UNIT = 1 / 2000;
const random = () => randomStream(0, "samples");
const whole = (maxLength: number, minLength = 1) =>
  fc.array(fc.integer({ min: -60, max: 60 }), { minLength, maxLength });
const toShares = (images: readonly number[]) => images.map((count) => count * UNIT);

describe("the sign-flip test", () => {
  it("never exceeds 1, however its terms are rounded", () => {
    for (let count = 20; count <= 200; count += 2) {
      const differences = Array.from({ length: count }, (_, i) => (i % 2 === 0 ? 3 : -3));
      expect(signFlipP(toShares(differences), random(), UNIT)).toBeLessThanOrEqual(1);
      const uneven = differences.map((each, i) => each * (1 + ((i >> 1) % 7)));
      expect(signFlipP(toShares(uneven), random(), UNIT)).toBeLessThanOrEqual(1);
    }
  });

  it("keeps its level: over all signs of any sizes, at most a share p has a p-value of at most p", () => {
    fc.assert(
      fc.property(whole(8), fc.double({ min: 0.001, max: 1, noNaN: true }), (sizes, level) => {
        const signs = 2 ** sizes.length;
        let rejected = 0;
        for (let bits = 0; bits < signs; bits++) {
          const flipped = sizes.map((size, i) => ((bits >> i) & 1 ? size : -size));
          if (signFlipP(toShares(flipped), random(), UNIT) <= level) rejected++;
        }
        expect(rejected / signs).toBeLessThanOrEqual(level);
      }),
      { numRuns: 40 },
    );
  });

  it("does not depend on which arm comes first, and enumerates what the shift algorithm counts", () => {
    fc.assert(
      fc.property(whole(12), (images) => {
        const differences = toShares(images);
        const p = signFlipP(differences, random(), UNIT);
        const opposite = signFlipP(
          differences.map((each) => -each),
          random(),
          UNIT,
        );
        expect(opposite).toBe(p);
        expect(signFlipP(differences, random())).toBeCloseTo(p, 12);
        expect(p).toBeGreaterThanOrEqual(leastSignFlipP(images.length));
        expect(p).toBeLessThanOrEqual(1 + 1e-12);
      }),
    );
  });

  it("samples signs where it cannot enumerate: reproducible, near the exact value and never zero", () => {
    fc.assert(
      fc.property(whole(40, 17), (images) => {
        const differences = toShares(images);
        const exact = signFlipP(differences, random(), UNIT);
        const sampled = signFlipP(differences, random());
        expect(signFlipP(differences, random())).toBe(sampled);
        expect(Math.abs(sampled - exact)).toBeLessThan(5 * Math.sqrt((exact * (1 - exact)) / 65_535) + 2e-5);
      }),
      { numRuns: 5 },
    );
    expect(signFlipP(Array(64).fill(0.1), random())).toBe(1 / 65_536);
  });

  it("has 2 / 2^n as its smallest p-value", () => {
    for (const count of [1, 2, 5, 10, 16])
      expect(signFlipP(Array(count).fill(0.01), random())).toBe(leastSignFlipP(count));
    expect(leastSignFlipP(5)).toBe(0.0625);
    expect(signFlipP([0, 0, 0], random(), UNIT)).toBe(1);
  });
});

describe("the fewest seeds", () => {
  it.each([
    [1, 6],
    [3, 7],
    [6, 8],
    [136, 13],
  ])("with which the first of %i pairs can be decided at 5% is %i", (pairs, seeds) =>
    expect(leastSeeds(pairs, 0.05)).toBe(seeds),
  );

  it("that decide a pair have the power, and one fewer has not", () => {
    const mean = fc.double({ min: 0, max: 0.01, noNaN: true });
    const standardDeviation = fc.double({ min: 1e-4, max: 0.01, noNaN: true });
    fc.assert(
      fc.property(mean, standardDeviation, fc.integer({ min: 1, max: 136 }), (...[m, s, pairs]) => {
        const assumed = { mean: m, standardDeviation: s };
        const difference = 0.05 / pairs;
        const count = seedsToDecide(assumed, 0.002, { difference, equality: 0.05 });
        if (count === undefined) return;
        const decides = (seeds: number) =>
          (leastSignFlipP(seeds) <= difference &&
            powerOfDifference(assumed, seeds, difference) >= DECIDING_POWER) ||
          powerOfEquivalence(assumed, seeds, 0.05, 0.002) >= DECIDING_POWER;
        expect(decides(count)).toBe(true);
        if (count > 2) expect(decides(count - 1)).toBe(false);
      }),
    );
  });

  it("is undefined if too many would be needed", () =>
    expect(
      seedsToDecide({ mean: 0, standardDeviation: 1 }, 1e-6, { difference: 0.05, equality: 0.05 }),
    ).toBeUndefined());
});

it("Holm's correction is at least the p-value, at most Bonferroni's, and keeps the order", () => {
  const ps = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 });
  fc.assert(
    fc.property(ps, (given) => {
      const corrected = holm(given);
      for (const [i, p] of given.entries()) {
        expect(corrected[i]).toBeGreaterThanOrEqual(p);
        expect(corrected[i]).toBeLessThanOrEqual(Math.min(1, p * given.length));
        for (const [j, other] of given.entries())
          if (p < other) expect(corrected[i]).toBeLessThanOrEqual(corrected[j]!);
      }
    }),
  );
});

it("equal differences are not certainly equal to zero: the resolution of the values is a least deviation", () => {
  expect(equivalenceP([0, 0], 0.002)).toBe(0);
  expect(equivalenceP([0, 0], 0.002, UNIT)).toBeGreaterThan(0.05);
  expect(equivalenceP([0, 0, 0, 0], 0.002, UNIT)).toBeLessThan(0.05);
  expect(equivalenceP([0.002, 0.002], 0.002)).toBe(1);
});

it("a run of A beats a run of B with what is left of the probability that B beats A", () => {
  fc.assert(
    fc.property(whole(10), whole(10), (a, b) => {
      expect(probabilityOfSuperiority(a, b) + probabilityOfSuperiority(b, a)).toBeCloseTo(1, 12);
    }),
  );
  expect(probabilityOfSuperiority([2, 3], [1, 2])).toBe(3.5 / 4);
});

it("a BCa interval shifts with its values, and is a point if they are equal", () => {
  const intervalOf = (values: readonly number[]) =>
    bcaInterval(values, bootstrapMeans(values, 500, random()));
  fc.assert(
    fc.property(whole(10, 2), (values) => {
      const [here, there] = [intervalOf(values), intervalOf(values.map((value) => value + 1024))];
      expect(there.low).toBeCloseTo(here.low + 1024, 8);
      expect(there.high).toBeCloseTo(here.high + 1024, 8);
      expect(here.low).toBeGreaterThanOrEqual(Math.min(...values));
      expect(here.high).toBeLessThanOrEqual(Math.max(...values));
    }),
    { numRuns: 30 },
  );
  expect(intervalOf([3, 3, 3])).toEqual({ low: 3, high: 3 });
});

it("a sample without variation has no correlation", () => {
  expect(correlation([1, 1, 1], [1, 2, 3])).toBeUndefined();
  expect(correlation([1, 2, 3], [2, 4, 6])).toBeCloseTo(1, 14);
});

it("the noise of an evaluation set falls with its size, and a remainder is never negative", () => {
  expect(binomialDeviation(0.99, 10_000)).toBeCloseTo(0.000995, 6);
  expect(evaluationDeviation(0.99, 10_000, 10_000)).toBeCloseTo(0.000707, 6);
  expect(remainingDeviation(0.005, 0.003)).toBeCloseTo(0.004, 12);
  expect(remainingDeviation(0.003, 0.005)).toBe(0);
});
