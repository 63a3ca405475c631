import { describe, expect, it } from "vitest";
import { predictionsOf } from "../../../src/report/results/predictions.js";
import { armsOf } from "../../../src/study/arms.js";
import { withPredictions } from "../example-predictions.js";
import { STUDIES } from "../example-studies.js";

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
