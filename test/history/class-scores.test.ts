import { expect, it } from "vitest";
import { classScores, confusedPairs } from "../../src/history/class-scores.js";

const CONFUSIONS = [
  [8, 2, 0],
  [1, 4, 0],
  [0, 0, 0],
];

it("precision, recall and F1 are null for a class without images", () => {
  expect(classScores(CONFUSIONS, ["a", "b", "c"])).toEqual([
    { name: "a", count: 10, precision: 8 / 9, recall: 0.8, f1: 16 / 19 },
    { name: "b", count: 5, precision: 4 / 6, recall: 0.8, f1: 8 / 11 },
    { name: "c", count: 0, precision: null, recall: null, f1: null },
  ]);
});

it("confused pairs come most frequent first, without right predictions", () => {
  expect(confusedPairs(CONFUSIONS, 5)).toEqual([
    { label: 0, predicted: 1, count: 2, share: 0.2 },
    { label: 1, predicted: 0, count: 1, share: 0.2 },
  ]);
  expect(confusedPairs(CONFUSIONS, 1)).toHaveLength(1);
});
