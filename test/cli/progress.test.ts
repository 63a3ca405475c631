import { expect, it } from "vitest";
import { epochLine } from "../../src/cli/progress.js";
import type { PlannedRun } from "../../src/compare.js";
import type { EpochRecord } from "../../src/history.js";

const epoch: EpochRecord = {
  epoch: 2,
  learningRate: 1e-3,
  train: { loss: 0.1, accuracy: 0.97 },
  validation: { loss: 0.09123, accuracy: 0.97312 },
  seconds: { train: 3.14, evaluate: 0.2 },
};
const run = {
  number: 1,
  count: 4,
  label: "adam",
  config: { epochs: 5 },
} as unknown as PlannedRun;

it("says in one line where a study stands", () => {
  expect(epochLine(epoch, run)).toBe(
    "run 1/4 adam: epoch 2/5, validation accuracy 0.9731, loss 0.0912, 3.1 s",
  );
});

it("says that a loss is not finite, and leaves out the run where it is the only one", () => {
  expect(epochLine({ ...epoch, validation: { loss: null, accuracy: 0.1 } }, { ...run, count: 1 })).toBe(
    "adam: epoch 2/5, validation accuracy 0.1000, loss not finite, 3.1 s",
  );
});
