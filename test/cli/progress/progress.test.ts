import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { barLine, epochLine, showProgress } from "../../../src/cli/progress/progress.js";
import type { EpochRecord } from "../../../src/history/epoch-record.js";
import type { PlannedRun } from "../../../src/study/callbacks.js";

const epoch: EpochRecord = {
  epoch: 2,
  learningRate: 1e-3,
  train: { loss: 0.1, accuracy: 0.97 },
  validation: { loss: 0.09123, accuracy: 0.97312, negativeLogLikelihood: 0.09, calibrationError: 0.01 },
  seconds: { train: 3.14, evaluate: 0.2 },
};
const run = {
  number: 1,
  count: 4,
  label: "adam",
  config: { epochs: 5 },
} as unknown as PlannedRun;

it("describes the progress of a study in one line", () => {
  expect(epochLine(epoch, run)).toBe(
    "run 1/4 adam: epoch 2/5, validation accuracy 0.9731, loss 0.0912, 3.1 s",
  );
});

it("reports a loss that is not finite, and omits the run if it is the only one", () => {
  expect(
    epochLine(
      { ...epoch, validation: { ...epoch.validation, loss: null, accuracy: 0.1 } },
      { ...run, count: 1 },
    ),
  ).toBe("adam: epoch 2/5, validation accuracy 0.1000, loss not finite, 3.1 s");
});

it("omits seconds if runs are trained in parallel", () => {
  expect(epochLine(epoch, run, true)).toBe(
    "run 1/4 adam: epoch 2/5, validation accuracy 0.9731, loss 0.0912",
  );
});

it("shows the remaining time on a terminal of any width", () => {
  const bar = {
    head: "run 3/6",
    label: "scheduleFreeAdamw (learningRate 0.1), sparseCategoricalCrossentropy, seed 2",
    tail: "epoch 2/50, accuracy 0.9731, 12 min left",
  };
  expect(barLine(0.5, bar, 80)).toBe(
    "run 3/6 scheduleFreeAdamw (l… ====---- epoch 2/50, accuracy 0.9731, 12 min left",
  );
  expect(barLine(0.5, { ...bar, label: "adam" }, 80)).toBe(
    "run 3/6 adam ============------------ epoch 2/50, accuracy 0.9731, 12 min left",
  );
  fc.assert(
    fc.property(fc.integer({ min: 50, max: 300 }), fc.string(), (columns, label) => {
      const line = barLine(0.3, { ...bar, label }, columns);
      expect(line.length).toBeLessThan(columns);
      expect(line).toContain(bar.tail);
    }),
  );
});

/** Everything that is sent to a terminal by `report`. */
function onTerminal(report: (progress: ReturnType<typeof showProgress>) => void, quiet = false): string {
  const stream = Object.assign(new PassThrough(), {
    isTTY: true,
    columns: 200,
    cursorTo() {},
    clearLine() {},
  });
  const progress = showProgress({ quiet, stream: stream as unknown as NodeJS.WriteStream });
  report(progress);
  progress.stop();
  return stripVTControlCharacters(String(stream.read() ?? ""));
}

describe("on a terminal", () => {
  const at = (number: number) => ({ ...epoch, epoch: number });
  const two = { ...run, count: 2 };
  const other = { ...two, number: 2, label: "sgd" };
  /** How many of the bar's 24 columns are complete at the end. */
  const done = (text: string) => text.match(/=*(?=-* epoch \d\/5[^=-]*$)/)![0].length;

  it("one bar shows the total progress of parallel runs", () => {
    const printed = onTerminal((bar) => {
      bar.onEpoch(at(2), other);
      bar.onEpoch(at(3), two);
    });
    expect(printed).toMatch(/run 1\/2 adam [=-]+ epoch 3\/5, accuracy 0\.9731, \d+ s left$/);
    expect(done(printed)).toBe(12);
  });

  it("a run that ended early counts as done", () => {
    const printed = onTerminal((bar) => {
      bar.onEpoch(at(1), two);
      bar.onRun(two);
      bar.onEpoch(at(0), other);
    });
    expect(done(printed)).toBe(12);
  });

  it("nothing is printed if quiet", () => {
    expect(onTerminal((bar) => bar.onEpoch(at(1), two), true)).toBe("");
  });
});
