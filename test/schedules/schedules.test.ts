import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  resolveSchedule,
  SCHEDULE_NAMES,
  type ScheduleConfig,
  startSchedule,
} from "../../src/schedules/schedules.js";
import { relativeError } from "../relative-error.js";

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../golden/schedules/${name}.json`, import.meta.url), "utf8"));

/** The output of test/golden/step_schedules.py. */
interface StepGolden {
  readonly learningRate: number;
  readonly stepsPerEpoch: number;
  readonly epochs: number;
  readonly cases: readonly {
    readonly schedule: object;
    readonly rates: readonly number[];
    readonly momenta?: readonly number[];
  }[];
}

it("is resolved to plain data that resolves to itself", () => {
  const resolved = resolveSchedule("reduceOnPlateau");
  expect(resolved).toEqual({
    name: "reduceOnPlateau",
    factor: 0.5,
    patience: 2,
    monitor: "loss",
    minDelta: 1e-4,
    cooldown: 0,
    minLearningRate: 0,
  });
  expect(resolveSchedule(resolved)).toEqual(resolved);
  expect(resolveSchedule("constant")).toEqual({ name: "constant" });
});

it.each([
  ["reduceOnPlatau", 'for `schedule`, got "reduceOnPlatau" (string). Did you mean "reduceOnPlateau"?'],
  [
    { name: "reduceOnPlateau", factor: 1 },
    "Expected a number greater than 0 and less than 1 for `factor`, got 1 (number).",
  ],
  [{ name: "reduceOnPlateau", patience: 1.5 }, "Expected a whole number for `patience`, got 1.5 (number)."],
  [
    { name: "reduceOnPlateau", wait: 1 },
    "Unknown key `wait`. Known keys: name, factor, patience, monitor, minDelta, cooldown, minLearningRate, warmUpEpochs, warmUpFrom.",
  ],
  [{ name: "cosin" }, 'for `name`, got "cosin" (string). Did you mean "cosine"?'],
  ["step", "Missing `stepSize`: expected a number."],
  [{ name: "cosine", decaySteps: 3, decayEpochs: 1 }, "Set `decaySteps` or `decayEpochs`, not both."],
  [{ name: "cosineRestarts", tMul: 0.5 }, "Expected a number of at least 1 for `tMul`, got 0.5 (number)."],
  [{ name: "piecewise", values: [1, 2] }, "Set either `boundaries` or `boundaryEpochs`."],
  [
    { name: "piecewise", boundaries: [4, 9], values: [1, 2] },
    "Expected one more value than boundaries for `values`.",
  ],
  [
    { name: "piecewise", boundaries: [9, 4], values: [1, 2, 3] },
    "Expected ascending numbers for `boundaries`.",
  ],
  [
    { name: "constant", warmUpEpochs: -1 },
    "Expected a number of at least 0 for `warmUpEpochs`, got -1 (number).",
  ],
  [
    { name: "mine", formula: "learningRate / sqr(1 + step)" },
    'In the formula of schedule "mine": Unknown function `sqr`. Did you mean "sqrt"?',
  ],
  [{ name: "mine", formula: "learningRate * stp" }, 'Unknown name `stp`. Did you mean "step"?'],
  [{ name: "mine", formula: "sum(step)" }, "Unknown function `sum`."],
  [
    { name: "mine", formula: "learningRate", hyperparameters: { c: 1 } },
    "The hyperparameter `c` is never used. Use it or remove it.",
  ],
  [{ name: "mine", formula: "a = step; learningRate" }, "`a` is assigned but never used. (line 1, column 1)"],
  [{ name: "mine", formula: "rate = step" }, "an expression, not an assignment. (line 1, column 1)"],
])("rejects %j", (input, expected) => {
  expect(() => resolveSchedule(input as ScheduleConfig)).toThrow(expected);
});

describe("the rates of each step", () => {
  const golden = SCHEDULE_NAMES.filter((name) => name !== "constant" && name !== "reduceOnPlateau").map(
    (name) => [name, read(name) as StepGolden] as const,
  );

  describe.each(golden)("%s", (name, { cases, ...length }) => {
    it.each(cases)("are those of Keras or PyTorch with $schedule", ({ schedule, rates, momenta }) => {
      const { rate, momentum } = startSchedule(
        resolveSchedule({ name, ...schedule } as ScheduleConfig),
        length,
      );
      const found = rates.map((_, step) => rate(step));
      expect(relativeError(found, [...rates], 1e-3)).toBeLessThan(1e-12);
      expect(new Set(rates).size).toBeGreaterThan(1);
      const cycled = momentum && rates.map((_, step) => momentum(step));
      if (momenta === undefined) expect(cycled).toBeUndefined();
      else expect(relativeError(cycled!, momenta, 1e-3)).toBeLessThan(1e-12);
    });

    it("are finite and not negative for any length of training", () => {
      for (const [stepsPerEpoch, epochs] of [
        [1, 0],
        [1, 1],
        [1, 3],
        [3, 1],
        [4, 2],
      ] as const)
        for (const { schedule } of cases) {
          const config = resolveSchedule({ name, warmUpEpochs: 0.5, ...schedule } as ScheduleConfig);
          const { rate } = startSchedule(config, { learningRate: 0.1, stepsPerEpoch, epochs });
          for (let step = 0; step < Math.max(1, stepsPerEpoch * epochs); step++) {
            expect(rate(step)).toBeGreaterThanOrEqual(0);
            expect(rate(step)).toBeLessThan(Number.POSITIVE_INFINITY);
          }
        }
    });
  });
});

const LENGTH = { learningRate: 0.4, stepsPerEpoch: 4, epochs: 3 };
const firstRates = (config: ScheduleConfig, steps: number, length = LENGTH) => {
  const { rate } = startSchedule(resolveSchedule(config), length);
  return Array.from({ length: steps }, (_, step) => rate(step));
};

describe("lengths in epochs", () => {
  it("equal lengths in steps, for every batch size", () => {
    for (const stepsPerEpoch of [4, 8]) {
      const length = { ...LENGTH, stepsPerEpoch };
      expect(firstRates({ name: "exponential", decayEpochs: 1.5 }, 12, length)).toEqual(
        firstRates({ name: "exponential", decaySteps: 1.5 * stepsPerEpoch }, 12, length),
      );
      expect(firstRates({ name: "cosineRestarts", firstDecayEpochs: 0.5 }, 12, length)).toEqual(
        firstRates({ name: "cosineRestarts", firstDecaySteps: 0.5 * stepsPerEpoch }, 12, length),
      );
    }
  });

  it("end an interval with the last step of its epoch", () => {
    expect(firstRates({ name: "piecewise", boundaryEpochs: [1, 1.5], values: [3, 2, 1] }, 7)).toEqual([
      3, 3, 3, 3, 2, 2, 1,
    ]);
  });
});

describe("warm-up", () => {
  it("rises linearly to the schedule's first rate; the schedule covers the remaining steps", () => {
    expect(firstRates({ name: "constant", warmUpEpochs: 1 }, 6)).toEqual([0, 0.1, 0.2, 0.4 * 0.75, 0.4, 0.4]);
    expect(firstRates({ name: "constant", warmUpEpochs: 0.5, warmUpFrom: 0.5 }, 3)).toEqual([
      0.2,
      0.4 * 0.75,
      0.4,
    ]);
    const after = firstRates({ name: "cosine", warmUpEpochs: 1 }, 12).slice(4);
    expect(after).toEqual(firstRates("cosine", 8, { ...LENGTH, epochs: 2 }));
  });

  it("rises to the plateau's rate, and has at least one step", () => {
    const schedule = startSchedule(
      resolveSchedule({ name: "reduceOnPlateau", patience: 0, warmUpEpochs: 0.01 }),
      LENGTH,
    );
    expect([schedule.rate(0), schedule.rate(1)]).toEqual([0, 0.4]);
    schedule.afterEpoch({ epoch: 1, validation: { loss: 1, accuracy: 0 } });
    schedule.afterEpoch({ epoch: 2, validation: { loss: 2, accuracy: 0 } });
    expect(schedule.rate(9)).toBe(0.2);
  });

  it.each([
    [6, 7],
    [5.5, 6],
    [0, 1],
  ])(
    "of %d epochs delays the plateau's patience: epoch %i is the first that counts",
    (warmUpEpochs, first) => {
      const schedule = startSchedule(
        resolveSchedule({ name: "reduceOnPlateau", patience: 2, warmUpEpochs }),
        {
          ...LENGTH,
          epochs: 12,
        },
      );
      const reduced = Array.from({ length: 12 }, (_, i) => i + 1).find((epoch) => {
        schedule.afterEpoch({ epoch, validation: { loss: 2 + epoch, accuracy: 0 } }); // no improvement
        return schedule.rate(48) < LENGTH.learningRate;
      });
      expect(reduced).toBe(first + 2);
    },
  );

  it("is not counted in the epochs of a formula", () => {
    const formula = "learningRate * (1 - epoch / epochs)";
    const length = { ...LENGTH, epochs: 6 };
    expect(firstRates({ name: "mine", formula, warmUpEpochs: 2 }, 24, length).slice(8)).toEqual(
      firstRates({ name: "mine", formula }, 16, { ...length, epochs: 4 }),
    );
    expect(firstRates({ name: "mine", formula: "epochs", warmUpEpochs: 0.5 }, 24, length)[23]).toBe(6);
  });
});

describe("a formula", () => {
  it("gives the rate of a step", () => {
    expect(firstRates({ name: "mine", formula: "learningRate / sqrt(1 + step)" }, 3)).toEqual([
      0.4,
      0.4 / Math.sqrt(2),
      0.4 / Math.sqrt(3),
    ]);
    expect(
      firstRates(
        { name: "mine", formula: "drop = c ** epoch; learningRate * drop", hyperparameters: { c: 0.5 } },
        9,
      ),
    ).toEqual([0.4, 0.4, 0.4, 0.4, 0.2, 0.2, 0.2, 0.2, 0.1]);
    expect(
      firstRates(
        {
          name: "mine",
          formula: "where(epoch == epochs - 1, -(step - 17), floor(step / steps + 1.5)) + 0 * pi",
        },
        9,
      ),
    ).toEqual([1, 1, 1, 1, 1, 1, 2, 2, 9]);
  });

  it("can express the built-in schedules", () => {
    const formula = "learningRate * (1 + cos(pi * step / steps)) / 2";
    const found = firstRates({ name: "mine", formula, warmUpEpochs: 1 }, 12);
    expect(relativeError(found, firstRates({ name: "cosine", warmUpEpochs: 1 }, 12), 1e-5)).toBeLessThan(
      1e-12,
    );
  });

  it("is rejected with the step that has no valid rate", () => {
    const message = (formula: string) => () => firstRates({ name: "mine", formula }, 5);
    expect(message("log(step)")).toThrow(
      'The schedule "mine" gives -Infinity at step 0. A learning rate must be a finite number of at least 0.',
    );
    expect(message("2 - step")).toThrow("gives -1 at step 3");
  });

  it("resolves to itself", () => {
    const resolved = resolveSchedule({ name: "mine", formula: "learningRate / (1 + step)" });
    expect(resolveSchedule(resolved)).toEqual(resolved);
  });
});
