import { expect, test } from "vitest";
import { runLabels } from "../../../src/report/results/run-labels.js";
import { exampleStudy } from "../example-studies.js";

test("the label of a run names its arm and its seed", () => {
  const study = exampleStudy([
    { optimizer: "sgd", learningRate: 0.1, seed: 0 },
    { optimizer: "sgd", learningRate: 1, seed: 0 },
    { optimizer: "sgd", learningRate: 0.1, seed: 7 },
  ]);
  expect(runLabels(study)).toEqual([
    "run 1 (sgd, learning rate 0.1, seed 0)",
    "run 2 (sgd, learning rate 1, seed 0)",
    "run 3 (sgd, learning rate 0.1, seed 7)",
  ]);
});
