import { z } from "zod";
import type { ClassScore } from "./predictions.generated.js";

const share = z.number().min(0).max(1).nullable();

export const classScoreSchema = z
  .object({
    name: z.string().describe("name of the class"),
    count: z.int().min(0).describe("number of its images"),
    precision: share.describe(
      "fraction of the images predicted as this class that belong to it; null if there are none",
    ),
    recall: share.describe("fraction of its images that were predicted as it; null if there are none"),
    f1: share.describe("harmonic mean of precision and recall; null if neither exists"),
  })
  .describe("how well one class is recognised");

/** @param confusions row i, column j counts the images of class i that were predicted as class j */
export function classScores(
  confusions: readonly (readonly number[])[],
  classes: readonly string[],
): ClassScore[] {
  const share = (part: number, whole: number) => (whole === 0 ? null : part / whole);
  const predicted = classes.map((_, j) => sum(confusions.map((row) => row[j]!)));
  return classes.map((name, i) => {
    const right = confusions[i]![i]!;
    const count = sum(confusions[i]!);
    return {
      name,
      count,
      precision: share(right, predicted[i]!),
      recall: share(right, count),
      f1: share(2 * right, count + predicted[i]!),
    };
  });
}

/** Images of one class that were predicted as another. */
export interface ConfusedPair {
  readonly label: number;
  readonly predicted: number;
  readonly count: number;
  /** The fraction of the class' images. */
  readonly share: number;
}

/** The pairs of classes that are most often confused, the most frequent first. */
export function confusedPairs(confusions: readonly (readonly number[])[], most: number): ConfusedPair[] {
  return confusions
    .flatMap((row, label) => {
      const total = sum(row);
      return row.map((count, predicted) => ({ label, predicted, count, share: count / Math.max(1, total) }));
    })
    .filter(({ label, predicted, count }) => label !== predicted && count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, most);
}

const sum = (values: readonly number[]) => values.reduce((total, each) => total + each, 0);
