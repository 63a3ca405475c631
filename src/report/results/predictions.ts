import { namesOf } from "../../data/dataset.js";
import { calibrationOf } from "../../history/calibration.js";
import type { Mistake, ReliabilityBin } from "../../history/predictions.js";
import type { Arm } from "../../study/arms.js";

/** What the completed runs of an arm predicted, added up over its seeds. */
export interface ArmPredictions {
  readonly arm: Arm;
  readonly images: "test" | "validation";
  /** The name of each class. */
  readonly classes: readonly string[];
  /** Row i, column j counts the images of class i that were predicted as class j; undefined with very many classes. */
  readonly confusions: readonly (readonly number[])[] | undefined;
  readonly reliability: readonly ReliabilityBin[];
  /** The most confident mistakes of each run. */
  readonly mistakes: readonly Mistake[];
}

/** Adds up the predictions of an arm; undefined if its runs have none, or of different sets. */
export function predictionsOf(arm: Arm): ArmPredictions | undefined {
  const all = arm.completed.flatMap(({ predictions }) => predictions ?? []);
  const [first] = all;
  if (first === undefined || all.length < arm.completed.length) return undefined;
  if (all.some(({ images }) => images !== first.images)) return undefined;
  return {
    arm,
    images: first.images,
    classes: namesOf(arm.completed[0]!.dataset),
    confusions: first.confusions?.map((row, i) =>
      row.map((_, j) => all.reduce((sum, { confusions }) => sum + confusions![i]![j]!, 0)),
    ),
    reliability: first.reliability.map((_, bin) =>
      sumOfBins(all.map(({ reliability }) => reliability[bin]!)),
    ),
    mistakes: all.flatMap(({ mistakes }) => mistakes),
  };
}

function sumOfBins(bins: readonly ReliabilityBin[]): ReliabilityBin {
  const { confidence, accuracy } = calibrationOf(bins);
  return { count: bins.reduce((sum, bin) => sum + bin.count, 0), confidence, accuracy };
}
