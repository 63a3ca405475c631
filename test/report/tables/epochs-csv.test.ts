import { expect, test } from "vitest";
import { epochsCsv } from "../../../src/report/tables/epochs-csv.js";
import type { Study } from "../../../src/study/study.js";
import { exampleStudy, inParallel } from "../example-studies.js";
import { plainStudy } from "./plain-study.js";

const csvOf = (study: Study) => [...epochsCsv(study)].join("");

test("the CSV has a row per run and epoch, with cumulative seconds", () => {
  const lines = csvOf(plainStudy()).trimEnd().split("\n");
  expect(lines).toHaveLength(1 + 4 * 3);
  expect(lines[0]).toBe(
    "arm,optimizer,semantics,initialLearningRate,loss,seed,status,epoch,learningRate,trainLoss,trainAccuracy,validationLoss,validationAccuracy,validationNegativeLogLikelihood,validationCalibrationError,testLoss,testAccuracy,testNegativeLogLikelihood,testCalibrationError,trainSeconds,evaluateSeconds,totalTrainSeconds,totalEvaluateSeconds",
  );
  expect(lines[3]).toBe(
    "adam,adam,keras3,0.001,sparseCategoricalCrossentropy,0,completed,2,0.001,0,0.48,0.3333333333333333,0.96,1.04,0.25,0.25,0.95,1.5,0.125,2.5,0.5,5,1.5",
  );
  expect(lines.at(-1)).toBe(
    "sgd,sgd,keras3,0.01,sparseCategoricalCrossentropy,1,diverged,2,0.001,0,0.05,,0.1,,,,,,,2.5,0.5,5,1.5",
  );
});

test("the CSV has no seconds for parallel runs", () => {
  const shared = inParallel(plainStudy());
  expect(csvOf(shared).split("\n")[3]).toBe(
    "adam,adam,keras3,0.001,sparseCategoricalCrossentropy,0,completed,2,0.001,0,0.48,0.3333333333333333,0.96,1.04,0.25,0.25,0.95,1.5,0.125,,,,",
  );
});

test("the CSV has test metrics in the row of the epoch whose weights the run ended with", () => {
  const [adam] = plainStudy().runs;
  const study = { ...plainStudy(), runs: [{ ...adam!, bestEpoch: 1, stoppedEarly: true }] };
  const [head, ...rows] = csvOf(study)
    .trimEnd()
    .split("\n")
    .map((line) => line.split(","));
  const column = head!.indexOf("testAccuracy");
  expect(rows.map((row) => row[column])).toEqual(["", "0.95", ""]);
});

test("no name in the CSV is a formula", () => {
  const names = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"];
  const study = exampleStudy(names.map((name) => ({ optimizer: name, label: name, loss: name, epochs: 0 })));
  const runs = study.runs.map((run) => {
    const { optimizer, loss } = run.config;
    const semantics = optimizer.name;
    const config = {
      ...run.config,
      optimizer: { ...optimizer, semantics } as typeof optimizer,
      loss: { ...loss, semantics } as typeof loss,
    };
    const history = run.history.map((epoch) => ({
      ...epoch,
      validation: { ...epoch.validation, loss: -0.5 },
    }));
    return { ...run, config, history };
  });
  const csv = csvOf({ ...study, runs });
  expect(csv).toContain("'=1+1,'=1+1,'=1+1,0.001,'=1+1,0,completed");
  expect(csv).toContain(",-0.5,");
  expect(csv).not.toMatch(/(^|\n|,)"?[=+@\t\r]/);
  expect(csv).not.toMatch(/(^|\n|,)"?-(?!0\.5,)/);
});

test("the CSV quotes values if needed", () => {
  const name = `a,b "c"`;
  expect(csvOf(exampleStudy([{ optimizer: name, epochs: 0 }]))).toContain(`"a,b ""c""",`);
});

test("no name in the CSV has control characters or more than one line", () => {
  const name = "\u001b[31mred\n=1+1";
  const csv = csvOf(exampleStudy([{ optimizer: name, loss: name, epochs: 0 }]));
  expect(csv).not.toContain("\u001b");
  expect(csv.trimEnd().split("\n")).toHaveLength(2);
});
