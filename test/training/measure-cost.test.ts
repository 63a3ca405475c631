import { expect, it } from "vitest";
import type { RunPlan } from "../../src/config/run-plan.js";
import { secondsOf } from "../../src/training/measure-cost.js";

const config = { split: { train: 100, validation: 20 }, batchSize: 32, epochs: 3, untimedSteps: false };
const cost = { start: 1000, step: 1, image: 0.001 };

it("adds up steps, evaluations and the start of a run", () => {
  const plan = (changes: object) => ({ config: { ...config, ...changes } }) as unknown as RunPlan;
  expect(secondsOf(plan({ epochs: 0 }), cost)).toBeCloseTo(1000 + 0.12);
  expect(secondsOf(plan({}), cost)).toBeCloseTo(1000 + 0.12 + 3 * (4 + 0.02));
  expect(secondsOf(plan({}), cost, 50)).toBeCloseTo(1000 + 0.12 + 3 * (4 + 0.02) + 0.05);
  expect(secondsOf(plan({ untimedSteps: true, epochs: 0 }), cost)).toBeCloseTo(1000 + 0.12 + 4 + 0.1);
});
