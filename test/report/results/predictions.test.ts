import { describe, expect, it } from "vitest";
import { classScores, confusedPairs, predictionsOf } from "../../../src/report/results/predictions.js";
import { armsOf } from "../../../src/study/arms.js";
import { withPredictions } from "../example-predictions.js";
import { STUDIES } from "../example-studies.js";

const CONFUSIONS = [
  [8, 2, 0],
  [1, 4, 0],
  [0, 0, 0],
];

describe("predictions", () => {
  it("are added up over an arm's seeds", () => {
    const [arm] = armsOf(withPredictions(STUDIES.fourOptimizers));
    const { confusions, reliability, mistakes, classes } = predictionsOf(arm!)!;
    const runs = arm!.completed.map((run) => run.predictions!);
    expect(runs).toHaveLength(3);
    expect(confusions![4]![4]).toBe(runs.reduce((sum, each) => sum + each.confusions![4]![4]!, 0));
    expect(reliability[2]).toMatchObject({ count: 60, confidence: expect.closeTo(2.5 / 15, 10) });
    expect(mistakes).toHaveLength(9);
    expect(classes).toEqual(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
  });

  it("are undefined if a completed run has none", () => {
    expect(predictionsOf(armsOf(STUDIES.fourOptimizers)[0]!)).toBeUndefined();
    const { runs, ...study } = withPredictions(STUDIES.fourOptimizers);
    const [first, ...others] = runs;
    const { predictions: _, ...without } = first!;
    expect(predictionsOf(armsOf({ ...study, runs: [without, ...others] })[0]!)).toBeUndefined();
  });
});

it("precision, recall and F1 are undefined for a class without images", () => {
  expect(classScores(CONFUSIONS, ["a", "b", "c"])).toEqual([
    { name: "a", count: 10, precision: 8 / 9, recall: 0.8, f1: 16 / 19 },
    { name: "b", count: 5, precision: 4 / 6, recall: 0.8, f1: 8 / 11 },
    { name: "c", count: 0, precision: undefined, recall: undefined, f1: undefined },
  ]);
});

it("confused pairs come most frequent first, without right predictions", () => {
  expect(confusedPairs(CONFUSIONS, 5)).toEqual([
    { label: 0, predicted: 1, count: 2, share: 0.2 },
    { label: 1, predicted: 0, count: 1, share: 0.2 },
  ]);
  expect(confusedPairs(CONFUSIONS, 1)).toHaveLength(1);
});
