import fc from "fast-check";
import "../property-seed.js";
import { describe, expect, it } from "vitest";
import { type ArmTime, type Extent, fitBudget } from "../../src/study/fit-budget.js";

const one: Extent = { seeds: 10, seedsPerRound: 1, leastSeeds: 1, atOnce: 1 };
/** Two arms whose seed takes 2 + 3 x 20 seconds. */
const arms = [
  { epochs: 20, start: 1, epoch: 1 },
  { epochs: 20, start: 1, epoch: 2 },
];

it("cuts nothing that ends in time", () =>
  expect(fitBudget(arms, one, 620)).toEqual({ seeds: 10, epochs: [20, 20], seconds: 620 }));

it("cuts seeds before epochs", () => {
  expect(fitBudget(arms, one, 619)).toEqual({ seeds: 9, epochs: [20, 20], seconds: 558 });
  expect(fitBudget(arms, one, 62)).toEqual({ seeds: 1, epochs: [20, 20], seconds: 62 });
  expect(fitBudget(arms, one, 61)).toEqual({ seeds: 1, epochs: [19, 19], seconds: 59 });
  expect(fitBudget(arms, one, 5)).toEqual({ seeds: 1, epochs: [1, 1], seconds: 5 });
});

it("returns the smallest study if none ends in time", () =>
  expect(fitBudget(arms, one, 4.9)).toEqual({ seeds: 1, epochs: [1, 1], seconds: 5 }));

it("counts runs at the same time", () =>
  expect(fitBudget(arms, { ...one, atOnce: 4 }, 155)).toMatchObject({ seeds: 10, seconds: 155 }));

it("cuts whole rounds, and keeps the seeds that a test needs", () => {
  const rounds = { ...one, seedsPerRound: 5, leastSeeds: 5 };
  expect(fitBudget(arms, rounds, 600)).toMatchObject({ seeds: 5, epochs: [20, 20] });
  expect(fitBudget(arms, rounds, 300)).toMatchObject({ seeds: 5, epochs: [19, 19] });
  expect(fitBudget(arms, { ...one, seedsPerRound: 2, leastSeeds: 4 }, 62).seeds).toBe(4);
});

it("keeps arms that differ in epochs different", () => {
  const differing = [
    { epochs: 2, start: 0, epoch: 1 },
    { epochs: 4, start: 0, epoch: 1 },
  ];
  expect(fitBudget(differing, one, 1)).toMatchObject({ seeds: 1, epochs: [1, 2] });
});

describe("for any study and budget", () => {
  const seconds = fc.double({ min: 0.01, max: 100, noNaN: true });
  const arm: fc.Arbitrary<ArmTime> = fc.record({
    epochs: fc.integer({ min: 0, max: 30 }),
    start: seconds,
    epoch: seconds,
  });
  const extent: fc.Arbitrary<Extent> = fc
    .record({
      rounds: fc.integer({ min: 1, max: 12 }),
      seedsPerRound: fc.integer({ min: 1, max: 5 }),
      atOnce: fc.integer({ min: 1, max: 8 }),
    })
    .map(({ rounds, seedsPerRound, atOnce }) => ({
      seeds: rounds * seedsPerRound,
      seedsPerRound,
      leastSeeds: seedsPerRound,
      atOnce,
    }));
  const study = [fc.array(arm, { minLength: 1, maxLength: 5 }), extent] as const;
  const budget = fc.double({ min: 0.01, max: 20_000, noNaN: true });

  it("cuts epochs only if seeds are at their least, and never an arm to zero", () =>
    fc.assert(
      fc.property(...study, budget, (times, size, limit) => {
        const { seeds, epochs } = fitBudget(times, size, limit);
        expect(seeds % size.seedsPerRound).toBe(0);
        expect(seeds).toBeGreaterThanOrEqual(size.leastSeeds);
        const isCut = epochs.some((each, i) => each < times[i]!.epochs);
        if (isCut) expect(seeds).toBe(size.leastSeeds);
        for (const [i, each] of epochs.entries()) {
          expect(each).toBeLessThanOrEqual(times[i]!.epochs);
          expect(each >= 1 || times[i]!.epochs === 0).toBe(true);
        }
      }),
    ));

  it("has more of the study the larger the budget is, and all of it at last", () =>
    fc.assert(
      fc.property(...study, budget, budget, (times, size, a, b) => {
        const [small, large] = [Math.min(a, b), Math.max(a, b)].map((limit) => fitBudget(times, size, limit));
        expect(large!.seeds).toBeGreaterThanOrEqual(small!.seeds);
        for (const [i, each] of small!.epochs.entries())
          expect(large!.epochs[i]).toBeGreaterThanOrEqual(each);
        const all = fitBudget(times, size, Number.POSITIVE_INFINITY);
        expect([all.seeds, all.epochs]).toEqual([size.seeds, times.map(({ epochs }) => epochs)]);
      }),
    ));

  it("is cut no more than needed: one more round would not end in time", () =>
    fc.assert(
      fc.property(...study, budget, (times, size, limit) => {
        const fit = fitBudget(times, size, limit);
        const next = fit.seeds + size.seedsPerRound;
        if (fit.seeds === size.seeds || fit.epochs.some((each, i) => each < times[i]!.epochs)) return;
        const larger = fitBudget(times, { ...size, seeds: next, leastSeeds: next }, Number.POSITIVE_INFINITY);
        expect(larger.seconds).toBeGreaterThan(limit);
      }),
    ));
});
