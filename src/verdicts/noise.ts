import {
  binomialDeviation,
  evaluationDeviation,
  remainingDeviation,
} from "../statistics/evaluation-noise.js";
import { summarise } from "../statistics/summary.js";
import type { Metric } from "./metric.js";
import type { ScoredArm } from "./scores.js";

/** Where the spread of an arm's runs comes from, as standard deviations. */
export interface Noise {
  /** What the choice of the evaluation images alone does to the accuracy of one run: the binomial floor. */
  readonly floor: number;
  /** The spread between the arm's runs; null for fewer than two. */
  readonly observed: number | null;
  /** The part of it that comes from the evaluation images being few. */
  readonly evaluation: number;
  /** What remains: how much the trained networks would differ on all images; null for fewer than two runs. */
  readonly training: number | null;
}

/**
 * Divides the spread between an arm's runs into noise of the evaluation set, which is estimated from the error rate, and noise of
 * training. Undefined if no run completed.
 */
export function noiseOf({ arm, completed, images }: ScoredArm, metric: Metric): Noise | undefined {
  if (completed.length === 0) return undefined;
  const { mean, standardDeviation } = summarise(completed);
  const fewest = images.reduce((least, each) => Math.min(least, each));
  const floor = binomialDeviation(mean, fewest);
  const { count, validationCount } = arm.runs[0]!.dataset;
  const areDrawn = metric === "validationAccuracy" && validationCount === undefined;
  const evaluation = evaluationDeviation(mean, fewest, areDrawn ? Math.max(count, fewest) : fewest);
  const isSpread = completed.length > 1;
  return {
    floor,
    observed: isSpread ? standardDeviation : null,
    evaluation,
    training: isSpread ? remainingDeviation(standardDeviation, evaluation) : null,
  };
}
