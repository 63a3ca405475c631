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
  const { classes: count, classNames } = arm.completed[0]!.dataset;
  return {
    arm,
    images: first.images,
    classes: Array.from({ length: count }, (_, i) => classNames?.[i] ?? String(i)),
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
  const count = bins.reduce((sum, bin) => sum + bin.count, 0);
  const mean = (of: (bin: ReliabilityBin) => number) =>
    count === 0 ? 0 : bins.reduce((sum, bin) => sum + bin.count * of(bin), 0) / count;
  return {
    count,
    confidence: mean(({ confidence }) => confidence),
    accuracy: mean(({ accuracy }) => accuracy),
  };
}

/** How well one class is recognised. A share of no images is undefined. */
export interface ClassScore {
  readonly name: string;
  readonly count: number;
  /** The fraction of images predicted as this class that belong to it. */
  readonly precision: number | undefined;
  /** The fraction of this class' images that were predicted as it. */
  readonly recall: number | undefined;
  /** Harmonic mean of both. */
  readonly f1: number | undefined;
}

export function classScores(
  confusions: readonly (readonly number[])[],
  classes: readonly string[],
): ClassScore[] {
  const sum = (values: readonly number[]) => values.reduce((total, each) => total + each, 0);
  const share = (part: number, whole: number) => (whole === 0 ? undefined : part / whole);
  return classes.map((name, i) => {
    const right = confusions[i]![i]!;
    const count = sum(confusions[i]!);
    const predicted = sum(confusions.map((row) => row[i]!));
    return {
      name,
      count,
      precision: share(right, predicted),
      recall: share(right, count),
      f1: share(2 * right, count + predicted),
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
      const total = row.reduce((sum, each) => sum + each, 0);
      return row.map((count, predicted) => ({ label, predicted, count, share: count / Math.max(1, total) }));
    })
    .filter(({ label, predicted, count }) => label !== predicted && count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, most);
}
