import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { studyCharts } from "../../src/report/charts/study-charts.js";
import { reportPage } from "../../src/report/page/page.js";
import { resultsOf } from "../../src/report/results/results.js";
import { sideBySide } from "../../src/report/results/side-by-side.js";
import { latexTable } from "../../src/report/tables/latex-table.js";
import { markdownTable } from "../../src/report/tables/markdown-table.js";
import { runsCsv } from "../../src/report/tables/runs-csv.js";
import type { Study } from "../../src/study/study.js";
import { timingOf } from "../../src/study/timing.js";
import { acrossTasks } from "../../src/verdicts/across-tasks.js";
import { targetTimes } from "../../src/verdicts/target-times.js";
import { exampleStudy, inParallel, STUDIES } from "../report/example-studies.js";

/** Three seeds of adam, then of sgd. Runs on machine n take n times as long. */
function study(
  placed: readonly (number | undefined)[],
  count = Math.max(...placed.map((each) => each ?? 0)),
): Study {
  const whole = exampleStudy(
    ["adam", "sgd"].flatMap((optimizer) => [0, 1, 2].map((seed) => ({ optimizer, seed, reaches: 0.95 }))),
  );
  const { cpuQuota, instructionSet, kernels } = whole.environment;
  return {
    ...whole,
    config: { ...whole.config, targets: [0.5] },
    machines: Array.from({ length: count }, (_, i) => ({
      cpu: `CPU ${i + 1}`,
      cpuQuota,
      instructionSet,
      kernels,
      threads: 2,
    })),
    runs: whole.runs.map((run, i) => {
      const machine = placed[i];
      return {
        ...run,
        ...(machine !== undefined && { machine }),
        history: run.history.map((epoch) => ({
          ...epoch,
          seconds: { train: epoch.epoch === 0 ? 0 : (machine ?? 0), evaluate: 1 },
        })),
        seconds: { ...run.seconds, train: 6 * (machine ?? 0) },
      };
    }),
  };
}

const seconds = (of: Study) => resultsOf(of).map(({ trainSeconds }) => trainSeconds?.mean);
const ONE_OF_TWO =
  "Times are those of 4 of the 6 runs, on machine 2 of 2 (CPU 2, 2 threads): times on different machines are not comparable.";
const NONE =
  "Runs were trained on 2 machines, none of which trained every arm; times omitted: not comparable.";

describe("times of runs on several machines", () => {
  const split = study([1, 2, 2, 2, 2, 1]);

  it("are those of the machine that trained most runs, with every arm among them", () => {
    expect(timingOf(split)).toMatchObject({ isTimed: true, note: ONE_OF_TWO });
    expect(seconds(split)).toEqual([12, 12]);
    expect(resultsOf(split).map(({ stepMilliseconds }) => stepMilliseconds!.count)).toEqual([2, 2]);
    expect(resultsOf(split).map(({ validationAccuracy }) => validationAccuracy!.count)).toEqual([3, 3]);
    expect(seconds(study([1, 1, 2, 1, 3, 3]))).toEqual([6, 6]); // machine 3 has no run of adam
  });

  it("are omitted if no machine trained every arm", () => {
    const apart = study([1, 1, 1, 2, 2, 2]);
    expect(timingOf(apart)).toMatchObject({ isTimed: false, note: NONE });
    expect(seconds(apart)).toEqual([undefined, undefined]);
    expect(markdownTable(apart)).not.toContain("training, s");
  });

  it("do not include runs that were resumed, perhaps from another machine, or whose machine is unknown", () => {
    const resumed = study([1, 2, 2, 1, 2, 2]);
    const runs = resumed.runs.map((run, i) =>
      i === 1 || i === 2 ? { ...run, resumedAt: ["2026-01-01"] } : run,
    );
    expect(seconds({ ...resumed, runs })).toEqual([6, 6]);
    expect(timingOf(study([undefined, 2, 2, 2, 2, 1])).note).toBe(ONE_OF_TWO);
    expect(timingOf(study([3, 4, 2, 3, 4, 2], 2)).note).toContain("on machine 2 of 2"); // numbers beyond the list
  });

  it("are omitted if runs were in parallel, wherever", () => {
    const { isTimed, note } = timingOf(inParallel(split));
    expect([isTimed, note]).toEqual([
      false,
      "Runs went in parallel (execution: parallel); times omitted: not comparable.",
    ]);
  });

  it("are all comparable on one machine", () => {
    const whole = STUDIES.fourOptimizers;
    expect(timingOf(whole).note).toBeUndefined();
    expect(whole.runs.every(timingOf(whole).has)).toBe(true);
  });

  it("to a target are medians of the same machine, while steps are those of all runs", () => {
    for (const { seconds, epochs, runs } of targetTimes(split)[0]!.arms) {
      expect(seconds).toBe(2 * epochs!);
      expect(runs).toBe(3);
    }
    expect(targetTimes(study([1, 1, 1, 2, 2, 2]))[0]!.arms.map(({ seconds }) => seconds)).toEqual([
      null,
      null,
    ]);
  });

  it("over tasks are geometric means of the same machine, while targets are reached by all runs", () => {
    const whole = STUDIES.twoDatasets;
    const { machines } = split;
    const on = (machineOf: (index: number) => number) => ({
      ...whole,
      machines: machines!,
      runs: whole.runs.map((run, i) => ({ ...run, machine: machineOf(i) })),
    });
    const times = (of: Study) => acrossTasks(of)!.methods.map(({ secondsToTarget }) => secondsToTarget);
    const firstSeed = {
      ...whole,
      runs: whole.runs.filter(({ config }) => config.seed === 0),
      config: { ...whole.config, seeds: [0] },
    };
    const seedApart = on((i) => (whole.runs[i]!.config.seed === 0 ? 1 : 2));
    expect(timingOf(seedApart).note).toContain("on machine 2 of 2");
    expect(times(seedApart)).not.toEqual(times(firstSeed));
    expect(acrossTasks(seedApart)!.methods.map(({ reached }) => reached)).toEqual(
      acrossTasks(whole)!.methods.map(({ reached }) => reached),
    );
    expect(times(on((i) => 1 + (i % 2)))).toEqual([null, null, null, null]); // two methods on each
  });
});

describe("reports of several machines", () => {
  const split = study([1, 2, 2, 2, 2, 1]);

  it("say in every table which times they show", () => {
    expect(markdownTable(split)).toContain(ONE_OF_TWO);
    expect(latexTable(split)).toContain(ONE_OF_TWO);
    expect(reportPage(split)).toContain(ONE_OF_TWO);
    expect(reportPage(study([1, 1, 1, 2, 2, 2]))).toContain(NONE);
  });

  it("list the machines on the page, without a figure or an axis of seconds", () => {
    const page = reportPage(split);
    expect(page).toContain("Machines that trained the runs");
    expect(page).toMatch(/<td[^>]*>CPU 1<\/td>/);
    expect(page).toContain("on 2 machines: cpu, 2 threads");
    expect(page).not.toContain('value="second"');
    expect(studyCharts(split).map(({ name }) => name)).not.toContain("validation-accuracy-seconds");
  });

  it("have the machine of each run in runs.csv", () => {
    const rows: Record<string, string>[] = parse([...runsCsv(split)].join(""), { columns: true });
    expect(rows.map(({ machine, trainSeconds }) => [machine, trainSeconds])).toEqual([
      ["1", "6"],
      ["2", "12"],
      ["2", "12"],
      ["2", "12"],
      ["2", "12"],
      ["1", "6"],
    ]);
    expect([...runsCsv(STUDIES.oneRun)][0]).not.toContain("machine");
  });

  it("name threads that differ between machines, which make no other arm", () => {
    const runs = split.runs.map((run) =>
      run.machine === 2 ? run : { ...run, config: { ...run.config, threads: 4 } },
    );
    const page = reportPage({ ...split, runs });
    expect(page).toContain("Which optimizer learns mnist-10k best");
    expect(page).toContain("cpu, 4 or 2 threads");
  });

  it("show no times side by side with another study", () => {
    const { columns, notes } = sideBySide(["a", "b"].map((name) => ({ name, study: split })));
    expect(columns.map(({ title }) => title)).not.toContain("a: training, s");
    expect(notes).toEqual([
      "Times are omitted, because those of different machines or versions are not comparable.",
    ]);
  });
});
