import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { reportPage } from "../../src/report/page/page.js";
import { markdownTable } from "../../src/report/tables/markdown-table.js";
import { runsCsv } from "../../src/report/tables/runs-csv.js";
import { medianOf } from "../../src/statistics/median.js";
import { cellKey } from "../../src/study/cell.js";
import type { Study } from "../../src/study/study.js";
import { timeToTarget } from "../../src/training/time-to-target.js";
import { verdictsOf } from "../../src/verdicts/judge.js";
import { exampleRun, inParallel } from "../report/example-studies.js";
import { studyOf } from "../report/outcome-study.js";

/** A run with the given accuracy per epoch, from epoch 0. Epoch n takes n seconds. */
function runOf(accuracies: readonly number[]) {
  const run = exampleRun({ optimizer: "adam", epochs: accuracies.length - 1 });
  return {
    ...run,
    history: run.history.map((epoch, i) => ({
      ...epoch,
      validation: { ...epoch.validation, accuracy: accuracies[i]! },
      seconds: { train: i, evaluate: 1000 },
    })),
  };
}
const withTargets = (study: Study, targets: readonly number[]): Study => ({
  ...study,
  config: { ...study.config, targets },
});

describe("the time to a target", () => {
  it("is that of the first evaluation at or above it, in training alone", () => {
    const run = runOf([0.1, 0.9, 0.95, 0.94, 0.97]);
    expect(timeToTarget(run, 0.95)).toEqual({ seconds: 3, steps: 500, epochs: 2 });
    expect(timeToTarget(run, 0.951)).toEqual({ seconds: 10, steps: 1000, epochs: 4 });
    expect(timeToTarget(run, 0.1)).toEqual({ seconds: 0, steps: 0, epochs: 0 });
    expect(timeToTarget(run, 0.98)).toEqual({ seconds: Infinity, steps: Infinity, epochs: Infinity });
  });

  it("is never shorter for a higher target", () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(share, { minLength: 1, maxLength: 20 }), share, share, (accuracies, a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)].map((target) =>
          timeToTarget(runOf(accuracies), target),
        );
        for (const key of ["seconds", "steps", "epochs"] as const)
          expect(high![key]).toBeGreaterThanOrEqual(low![key]);
      }),
    );
  });

  it("has an infinite median if at least half of the runs miss the target", () => {
    expect(medianOf([3, 1, 2])).toBe(2);
    expect(medianOf([1, 2, 3, 4])).toBe(2.5);
    expect(medianOf([1, 2, Infinity])).toBe(2);
    expect(medianOf([1, 2, Infinity, Infinity])).toBe(Infinity);
    expect(medianOf([Infinity])).toBe(Infinity);
  });
});

describe("a study with targets", () => {
  const study = withTargets(
    studyOf({ adam: [0.97, 0.97, 0.97], sgd: [0.97, 0.97, 0.5], adagrad: [0.97, 0.5, "diverged"] }),
    [0.999, 0.96],
  );

  it("has medians over seeds, with misses as null in JSON and as k of n in text", () => {
    const [first, second] = JSON.parse(JSON.stringify(verdictsOf(study).targets)) as ReturnType<
      typeof verdictsOf
    >["targets"];
    expect([first!.target, second!.target]).toEqual([0.96, 0.999]);
    expect(first!.arms.map(({ label, reached, runs, epochs }) => [label, reached, runs, epochs])).toEqual([
      ["adam", 3, 3, 2],
      ["sgd", 2, 3, 2],
      ["adagrad", 1, 3, null],
    ]);
    expect(first!.arms.map(({ seconds }) => seconds !== null)).toEqual([true, true, false]);
    expect(second!.arms.map(({ reached, steps }) => [reached, steps])).toEqual(Array(3).fill([0, null]));
    const table = markdownTable(study);
    expect(table).toMatch(/to 0\.96, s .*to 0\.999, s/);
    expect(table).toMatch(/\| sgd .*\(2 of 3\)/);
    expect(table).toMatch(/\| adagrad .*\| 1 of 3 /);
  });

  it("has no seconds if runs went in parallel", () => {
    const shared = inParallel(study);
    for (const { arms } of verdictsOf(shared).targets)
      for (const { seconds } of arms) expect(seconds).toBeNull();
    expect(markdownTable(shared)).toContain("to 0.96, epochs");
  });

  it("has the times of each run in runs.csv, and a section on the page", () => {
    const [head, row] = [...runsCsv(study)].join("").split("\n");
    const cells = new Map(head!.split(",").map((name, i) => [name, row!.split(",")[i]]));
    expect(cells.get("target0.96Epochs")).toBe("2");
    expect(cells.get("target0.96Steps")).toBe("500");
    expect(Number(cells.get("target0.96Seconds"))).toBeGreaterThan(0);
    expect(cells.get("target0.999Steps")).toBe("");
    const page = reportPage(study);
    expect(page).toContain("Training up to a validation accuracy of 0.96");
    expect(reportPage({ ...study, config: { ...study.config, targets: undefined } } as Study)).not.toContain(
      "Time to target",
    );
  });

  it("has the same cells as one without", () => {
    const { config } = exampleRun({ optimizer: "adam" });
    const numerics = { numerics: 3, libtorch: null, instructionSet: null, kernels: null } as never;
    expect(cellKey({ ...config, targets: [0.9] }, "data", numerics)).toBe(cellKey(config, "data", numerics));
  });
});
