import { describe, expect, it } from "vitest";
import { drawSvg } from "../../../src/report/charts/draw.js";
import { taskCharts } from "../../../src/report/charts/task-charts.js";
import { conclude } from "../../../src/report/results/conclusion.js";
import { markdownTable } from "../../../src/report/tables/markdown-table.js";
import { taskCells } from "../../../src/report/tables/task-cells.js";
import { exampleStudy, FOUR, STUDIES } from "../example-studies.js";

const TASKS = ["digits", "mnist-10k", "fashion-mnist-10k"];
const { runs, ...rest } = exampleStudy(TASKS.flatMap(() => FOUR));
const study = {
  ...rest,
  runs: runs.map((run, i) => ({ ...run, config: { ...run.config, dataset: TASKS[Math.floor(i / 4)]! } })),
};

describe("a study over several tasks", () => {
  it("has a table by mean rank, and says what is aggregated", () => {
    const { caption, columns, rows, notes } = taskCells(study)!;
    expect(columns.map(({ title }) => title)).toEqual([
      "method",
      "mean rank",
      "score",
      "targets reached",
      "time to target, s",
    ]);
    expect(rows.map(([label]) => label).slice(2)).toEqual(["sgd", "adagrad"]);
    expect(caption).toBe("Methods over 3 tasks, by mean rank");
    expect(notes[0]).toBe(
      "Accuracies of different tasks are not comparable, so ranks within each task and scores relative to its best are aggregated.",
    );
  });

  it("has this table in table.md, after that of the arms", () => {
    const [arms, methods] = markdownTable(study).split("Methods over 3 tasks, by mean rank:");
    expect(arms).toContain("| validation accuracy |");
    expect(methods).toContain("| method | mean rank | score | targets reached | time to target, s |");
    for (const { optimizer } of FOUR) expect(methods).toContain(`\n| ${optimizer} | `);
  });

  it("has a critical-difference diagram and a performance profile", async () => {
    const charts = taskCharts(study);
    expect(charts.map(({ name }) => name)).toEqual(["critical-difference", "performance-profile"]);
    for (const { spec } of charts) {
      const svg = await drawSvg(spec);
      for (const { optimizer } of FOUR) expect(svg).toContain(`>${optimizer}</text>`);
    }
  });

  it("is not one with a single task", () => {
    expect(taskCells(STUDIES.fourOptimizers)).toBeUndefined();
    expect(taskCharts(STUDIES.fourOptimizers)).toEqual([]);
  });

  it("compares optimizers, also where a suite sets other models and epochs", () => {
    const inSuite = {
      ...study,
      config: { ...study.config, suite: "small" },
      runs: study.runs.map((run, i) => ({ ...run, config: { ...run.config, epochs: i < 4 ? 20 : 5 } })),
    } as typeof study;
    expect(conclude(inSuite).question).toBe(
      "Which optimizer learns digits, mnist-10k and fashion-mnist-10k best with default settings?",
    );
  });
});
