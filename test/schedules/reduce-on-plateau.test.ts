import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { resolveSchedule, type ScheduleConfig, startSchedule } from "../../src/schedules/schedules.js";

/** The output of test/golden/schedules.py. */
const golden: {
  initialRate: number;
  losses: number[];
  accuracies: number[];
  cases: { schedule: object; rates: number[] }[];
} = JSON.parse(readFileSync(new URL("../golden/schedules/reduceOnPlateau.json", import.meta.url), "utf8"));

/** The rate after each epoch. */
function ratesOf(
  config: ScheduleConfig,
  learningRate: number,
  validations: readonly { loss: number | null; accuracy: number }[],
) {
  const schedule = startSchedule(resolveSchedule(config), { learningRate, stepsPerEpoch: 5, epochs: 100 });
  return validations.map((validation, i) => {
    schedule.afterEpoch({ epoch: i + 1, validation });
    return schedule.rate(0);
  });
}

describe("reduceOnPlateau", () => {
  const validations = golden.losses.map((loss, i) => ({ loss, accuracy: golden.accuracies[i]! }));

  it.each(golden.cases)("sets the rates of Keras' callback with $schedule", ({ schedule, rates }) => {
    const found = ratesOf({ name: "reduceOnPlateau", ...schedule }, golden.initialRate, validations);
    // Keras stores the rate in float32.
    expect(found.map(Math.fround)).toEqual(rates.map(Math.fround));
    expect(new Set(rates).size).toBeGreaterThan(1);
  });

  it("starts at the initial rate, and treats a loss that is not finite as no improvement", () => {
    const schedule = startSchedule(resolveSchedule({ name: "reduceOnPlateau", patience: 1 }), {
      learningRate: 0.8,
      stepsPerEpoch: 5,
      epochs: 3,
    });
    expect(schedule.rate(7)).toBe(0.8);
    schedule.afterEpoch({ epoch: 1, validation: { loss: 1, accuracy: 0.5 } });
    expect(schedule.rate(7)).toBe(0.8);
    schedule.afterEpoch({ epoch: 2, validation: { loss: null, accuracy: 0.5 } });
    expect(schedule.rate(7)).toBe(0.4);
  });

  it("does not raise a rate that is below its minimum", () => {
    const config: ScheduleConfig = { name: "reduceOnPlateau", patience: 0, minLearningRate: 0.5 };
    const worse = [1, 2, 3].map((loss) => ({ loss, accuracy: 0 }));
    expect(ratesOf(config, 0.1, worse)).toEqual([0.1, 0.1, 0.1]);
  });
});

it("constant does not change the rate", () => {
  expect(
    ratesOf(
      "constant",
      0.1,
      [3, 2, 4].map((loss) => ({ loss, accuracy: 0 })),
    ),
  ).toEqual([0.1, 0.1, 0.1]);
});
