import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { barLine } from "../../../src/cli/progress/bar-line.js";
import { Pace } from "../../../src/cli/progress/pace.js";
import type { Progress } from "../../../src/cli/progress/progress.js";
import { epochLine, runLine } from "../../../src/cli/progress/progress-lines.js";
import { showProgress } from "../../../src/cli/progress/show-progress.js";
import { Standings } from "../../../src/cli/progress/standings.js";
import type { EpochRecord } from "../../../src/history/epoch-record.js";
import type { PlannedRun } from "../../../src/study/planned-run.js";
import type { RunRecord } from "../../../src/training/run-record.js";

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
  arm: "adam",
  config: { epochs: 5 },
} as unknown as PlannedRun;

/** The runs of a study, seed by seed. */
const planOf = (arms: readonly string[], seeds: number, epochs = 4): PlannedRun[] =>
  Array.from({ length: seeds }, (_, seed) => seed).flatMap((seed) =>
    arms.map(
      (arm, place) =>
        ({
          number: seed * arms.length + place + 1,
          count: arms.length * seeds,
          label: `${arm}, seed ${seed}`,
          arm,
          config: { epochs },
        }) as unknown as PlannedRun,
    ),
  );
const at = (number: number, seconds = 1): EpochRecord => ({
  ...epoch,
  epoch: number,
  seconds: { train: seconds, evaluate: 0 },
});
const recordOf = (accuracy: number, status = "completed", epochs = 4): RunRecord =>
  ({
    status,
    history: Array.from({ length: epochs + 1 }, (_, i) => ({
      ...at(i),
      validation: { ...epoch.validation, accuracy },
    })),
    seconds: { total: 12.3 },
  }) as unknown as RunRecord;

describe("lines", () => {
  it("describe an epoch", () => {
    expect(epochLine(epoch, run)).toBe(
      "run 1/4 adam: epoch 2/5, validation accuracy 0.9731, loss 0.0912, 3.1 s",
    );
  });

  it("report a loss that is not finite, and omit the run if it is the only one", () => {
    expect(
      epochLine(
        { ...epoch, validation: { ...epoch.validation, loss: null, accuracy: 0.1 } },
        { ...run, count: 1 },
      ),
    ).toBe("adam: epoch 2/5, validation accuracy 0.1000, loss not finite, 3.1 s");
  });

  it("describe a run and the remaining time", () => {
    expect(runLine(run, recordOf(0.9), 200)).toBe("run 1/4 adam: completed in 12 s; 3.3 min left");
    expect(runLine(run, recordOf(0.9, "diverged"), undefined)).toBe("run 1/4 adam: diverged in 12 s");
  });

  it("omit seconds if runs are trained in parallel", () => {
    expect(epochLine(epoch, run, true)).toBe(
      "run 1/4 adam: epoch 2/5, validation accuracy 0.9731, loss 0.0912",
    );
    expect(runLine(run, recordOf(0.9), 200, true)).toBe("run 1/4 adam: completed; 3.3 min left");
  });
});

it("shows the remaining time on a terminal of any width", () => {
  const bar = {
    head: "run 3/6",
    label: "scheduleFreeAdamw (learningRate 0.1), sparseCategoricalCrossentropy, seed 2",
    epoch: "epoch 2/50",
    accuracy: "accuracy 0.9731",
    left: "12 min left",
  };
  expect(barLine(0.5, { ...bar, label: "adam" }, 80)).toBe(
    "run 3/6 adam ============------------ epoch 2/50, accuracy 0.9731, 12 min left",
  );
  expect(barLine(0.5, bar, 80)).toBe(
    "run 3/6 scheduleFreeAdamw (l… ====---- epoch 2/50, accuracy 0.9731, 12 min left",
  );
  expect(barLine(0.5, bar, 64)).toBe("run 3/6 scheduleFreeAdamw (le… ====---- epoch 2/50, 12 min left");
  expect(barLine(0.5, bar, 40)).toBe("run 3/6 scheduleF… ====---- 12 min left");
  fc.assert(
    fc.property(fc.integer({ min: 24, max: 300 }), fc.string(), (columns, label) => {
      const line = barLine(0.3, { ...bar, label }, columns);
      expect(line.length).toBeLessThan(columns);
      expect(line).toContain(bar.left);
    }),
  );
});

describe("the remaining time", () => {
  const [a0, b0, a1, b1] = planOf(["a", "b"], 2) as [PlannedRun, PlannedRun, PlannedRun, PlannedRun];
  let now: number;
  let pace: Pace;
  beforeEach(() => {
    now = 100;
    pace = new Pace([a0, b0, a1, b1], () => now);
  });
  const train = (run: PlannedRun, seconds: number) => {
    pace.onEpoch(at(0), run);
    for (let i = 1; i <= 4; i++) {
      now += seconds;
      pace.onEpoch(at(i, seconds), run);
    }
    pace.onEnd(run, recordOf(0.9));
  };

  it("weights arms by the time of their epochs", () => {
    expect(pace.secondsLeft).toBeUndefined();
    train(a0, 1);
    expect(pace.secondsLeft).toBeCloseTo(12); // three more runs, as far as is known
    train(b0, 3);
    expect(pace.secondsLeft).toBeCloseTo(16);
    expect(pace.progress).toBeCloseTo(0.5);
    now += 5;
    expect(pace.secondsLeft).toBeCloseTo(11);
    train(a1, 1);
    expect(pace.progress).toBeCloseTo(0.625);
  });

  it("does not count runs that finished before, or belong to another part", () => {
    pace.onEnd(a0, recordOf(0.9));
    pace.onEnd(b1);
    expect(pace.progress).toBeCloseTo(1 / 3);
    train(b0, 1);
    expect(pace.secondsLeft).toBeCloseTo(4);
  });

  it("counts runs that another process finishes in the meantime", () => {
    pace.onEpoch(at(0), a0);
    for (let i = 1; i <= 4; i++) {
      now += 1;
      pace.onEpoch(at(i), a0);
    }
    pace.onEnd(b0, recordOf(0.9));
    pace.onEnd(a0, recordOf(0.9));
    expect(pace.secondsLeft).toBeCloseTo(4); // both processes together
  });

  it("counts a run that ended early as done", () => {
    pace.onEpoch(at(0), a0);
    now += 1;
    pace.onEpoch(at(1), a0);
    pace.onEnd(a0, recordOf(0.9, "diverged", 1));
    expect(pace.progress).toBeCloseTo(0.25);
  });
});

describe("the table so far", () => {
  const plan = planOf(["sgd", "a long name of an optimizer", "lion", "muon"], 3);
  const standings = () => {
    const table = new Standings(plan);
    table.add(plan[0]!, recordOf(0.9));
    table.add(plan[4]!, recordOf(0.8));
    table.add(plan[1]!, recordOf(0.97));
    table.add(plan[5]!, recordOf(0.1, "diverged"));
    table.add(plan[2]!, recordOf(0.1, "diverged"));
    table.add(plan[3]!, recordOf(0.99, "cancelled"));
    return table;
  };

  it("has a line per arm with a result, the best first, and counts the others", () => {
    expect(standings().lines(80, 20)).toEqual([
      "a long name of an optimizer 0.9700   2/3 seeds, 1 diverged",
      "sgd                         0.8500   2/3 seeds",
      "lion                        diverged 1/3 seeds",
      "and 1 more arm",
    ]);
    expect(standings().lines(80, 2)).toEqual([
      "a long name of an optimizer 0.9700   2/3 seeds, 1 diverged",
      "and 3 more arms",
    ]);
    expect(new Standings(plan).lines(80, 20)).toEqual([]);
  });

  it("fits a narrow terminal", () => {
    for (const line of standings().lines(40, 20)) expect(line.length).toBeLessThan(40);
    expect(standings().lines(40, 20)[1]).toBe("sgd      0.8500   2/3 seeds");
  });
});

describe("on a terminal", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
  afterEach(() => void vi.useRealTimers());

  /** What is last drawn by `report`, or everything that is sent to the terminal. */
  function drawn(report: (progress: Progress) => void, { quiet = false, all = false } = {}): string {
    const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 100, rows: 6 });
    const progress = showProgress({ quiet, stream: stream as unknown as NodeJS.WriteStream });
    report(progress);
    const before = String(stream.read() ?? "");
    vi.advanceTimersByTime(200);
    const last = String(stream.read() ?? "");
    progress.stop();
    const text = all ? `${before}${last}${String(stream.read() ?? "")}` : last || before;
    return stripVTControlCharacters(text);
  }
  const plan = planOf(["adam", "sgd", "lion", "muon", "lamb", "ftrl"], 1);

  it("one bar shows the progress of all runs in progress", () => {
    const text = drawn((bar) => {
      bar.onPlan(plan.slice(0, 2));
      bar.onEpoch(at(2), plan[1]!);
      bar.onEpoch(at(2), plan[0]!);
    });
    expect(text).toMatch(/^run 1\/6 adam, seed 0 ={12}-{12} epoch 2\/4, accuracy 0\.9731, \d+ s left/);
  });

  it("the table has as many lines as fit below the bar", () => {
    const text = drawn(
      (bar) => {
        bar.onPlan(plan);
        bar.onEpoch(at(0), plan[0]!);
        for (const [i, run] of plan.entries()) bar.onRun(run, recordOf((1 + i) / 10));
      },
      { all: true },
    );
    expect(text).toMatch(/ftrl +0\.6000 +1\/1 seed\n/);
    expect(text).toMatch(/and 3 more arms/);
    expect(text.split("\n").length).toBeLessThan(30);
  });

  it("nothing is printed if quiet", () => {
    const report = (bar: Progress) => {
      bar.onPlan(plan);
      bar.onEpoch(at(1), plan[0]!);
      bar.onRun(plan[0]!, recordOf(0.9));
    };
    expect(drawn(report, { quiet: true, all: true })).toBe("");
    expect(drawn(report, { all: true })).not.toBe("");
  });
});
