import { expect, test } from "vitest";
import { conclude } from "../../../src/report/results/conclusion.js";
import { epochsCsv } from "../../../src/report/tables/epochs-csv.js";
import { resultCells } from "../../../src/report/tables/result-cells.js";
import { armsOf } from "../../../src/study/arms.js";
import { exampleStudy } from "../example-studies.js";

/** A study of one run per given config. */
function studyOf(configs: readonly object[]) {
  const study = exampleStudy(configs.map(() => ({ optimizer: "adam" })));
  const runs = study.runs.map((run, i) => ({ ...run, config: { ...run.config, ...configs[i] } }));
  return { ...study, runs };
}

const heads = (configs: readonly object[]) => resultCells(studyOf(configs)).columns.map(({ title }) => title);

test("the table lists arms if they differ in more than the optimizer, without times per step of different batches", () => {
  expect(heads([{}])).toEqual(expect.arrayContaining(["optimizer", "step, ms"]));
  const sizes = heads([{ batchSize: 32 }, { batchSize: 256 }]);
  expect(sizes[1]).toBe("arm");
  expect(sizes).not.toContain("step, ms");
  expect(sizes).toContain("training, s");
  expect(heads([{ name: "mine" }])[0]).toBe("arm");
});

test("a name replaces the label, and equal arms with different names are apart", () => {
  const arms = armsOf(studyOf([{ name: "a" }, { name: "b" }, { batchSize: 64 }]));
  expect(arms.map(({ label }) => label)).toEqual(["a", "b", "adam"]);
});

test("arms of a dataset are together, and none is the best of several datasets", () => {
  const study = studyOf([
    { dataset: "a", batchSize: 32 },
    { dataset: "b", batchSize: 32 },
    { dataset: "a", batchSize: 64 },
    { dataset: "b", batchSize: 64 },
  ]);
  expect(armsOf(study).map(({ label }) => label)).toEqual([
    "adam, a, batch size 32",
    "adam, a, batch size 64",
    "adam, b, batch size 32",
    "adam, b, batch size 64",
  ]);
  expect(resultCells(study).best.size).toBe(0);
  const { question, answer } = conclude(study);
  expect(question).toBe("Which arm learns a and b best with default settings?");
  expect(answer).toContain("has the best mean rank over 2 tasks");
});

test("the table sorts the arms of each dataset by their results", () => {
  const study = exampleStudy([0.6, 0.9, 0.7, 0.8].map((reaches) => ({ optimizer: "adam", reaches })));
  const runs = study.runs.map((run, i) => ({
    ...run,
    config: { ...run.config, batchSize: i + 1, dataset: "ab"[i % 2]! },
  }));
  expect(resultCells({ ...study, runs }).rows.map(([arm]) => arm)).toEqual([
    "adam, a, batch size 3",
    "adam, a, batch size 1",
    "adam, b, batch size 2",
    "adam, b, batch size 4",
  ]);
});

test("an arm that also differs in its batch size is not called an optimizer", () => {
  const { optimizer } = exampleStudy([{ optimizer: "sgd" }]).runs[0]!.config;
  const { question } = conclude(studyOf([{ batchSize: 32 }, { batchSize: 64, optimizer }]));
  expect(question).toContain("Which arm learns");
});

test("epochs.csv has a column for each other varied field", () => {
  const table = (configs: readonly object[]) =>
    [...epochsCsv(studyOf(configs))]
      .join("")
      .split("\n")
      .map((line) => line.split(","));
  const { optimizer } = exampleStudy([{ optimizer: "adam" }]).runs[0]!.config;
  const varied = [
    { batchSize: 32, schedule: { name: "constant" } },
    { batchSize: 64, schedule: { name: "cosine", alpha: 0.1 }, optimizer: { ...optimizer, beta1: 0.5 } },
  ];
  const [head, first] = table(varied);
  expect(head!.slice(-4)).toEqual(["schedule.name", "batchSize", "optimizer.beta1", "schedule.alpha"]);
  expect(first!.slice(-4)).toEqual(["constant", "32", "0.9", ""]);
  expect(table([{}, { optimizer: { ...optimizer, learningRate: 0.5 } }])[0]!.at(-1)).toBe(
    "totalEvaluateSeconds",
  );
});
