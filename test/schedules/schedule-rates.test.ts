import { expect, it } from "vitest";
import { scheduleMomenta, scheduleRates } from "../../src/schedules/schedule-rates.js";

it("lists the rate of every step, including the last, smaller batch", () => {
  const length = { epochs: 2, batchSize: 4, trainSize: 9, learningRate: 0.5 };
  expect(scheduleRates({ name: "step", stepSize: 1, gamma: 0.5 }, length)).toEqual(
    Float64Array.of(0.5, 0.5, 0.5, 0.25, 0.25, 0.25),
  );
});

it("has defaults", () => {
  const rates = scheduleRates("constant");
  expect(rates).toHaveLength(15_000);
  expect(new Set(rates)).toEqual(new Set([0.001]));
});

it("rejects rates that are unknown, and too many steps", () => {
  expect(() => scheduleRates("reduceOnPlateau")).toThrow("so they cannot be computed in advance");
  expect(() => scheduleRates("cosine", { epochs: 100_000, batchSize: 1 })).toThrow(
    "4,800,000,000 steps are too many to list.",
  );
  expect(() => scheduleRates("cosine", { epochs: 0 })).toThrow(
    "Expected a whole number of at least 1 and at most 100000 for `epochs`",
  );
});

it("lists the momentum of each step if the schedule changes it", () => {
  const cycle = { name: "oneCycle", baseMomentum: 0.8, maxMomentum: 0.95 } as const;
  const momenta = scheduleMomenta(cycle, { epochs: 1, batchSize: 1, trainSize: 10 })!;
  expect(momenta).toHaveLength(10);
  expect([momenta[0], momenta[2], momenta[9]]).toEqual([0.95, 0.8, 0.95]); // the rate is highest at the third
  expect(scheduleMomenta("oneCycle")).toBeUndefined();
});
