import { type SearchSpace, shareOf } from "../catalogue/search-range.js";
import type { Side, Trial, TunedArm } from "../config/tuning-config.js";
import { finalEpoch, type RunRecord } from "../training/run-record.js";

/** What a trial reached on the validation images with its final weights: means over its seeds. */
export function trialOf(values: Trial["values"], runs: readonly RunRecord[]): Trial {
  const finals = runs.map((run) => (run.status === "completed" ? finalEpoch(run)?.validation : undefined));
  const mean = (of: (final: NonNullable<(typeof finals)[number]>) => number | null | undefined) => {
    const each = finals.map((final) => (final === undefined ? null : of(final)));
    return each.every((value) => value != null && Number.isFinite(value))
      ? (each as number[]).reduce((sum, value) => sum + value, 0) / each.length
      : null;
  };
  return {
    values,
    accuracy: mean(({ accuracy }) => accuracy),
    loss: mean(({ negativeLogLikelihood }) => negativeLogLikelihood),
  };
}

/**
 * The index of the best trial: the highest accuracy, then the lowest negative log-likelihood, then the first. A trial that diverged
 * is never better than another. If all did, it is the first, which has the given settings.
 */
export const selectTrial = (trials: readonly Trial[]): number =>
  trials.reduce((best, trial, i) => (isBetter(trial, trials[best]!) ? i : best), 0);

function isBetter(a: Trial, b: Trial): boolean {
  if (a.accuracy === null || b.accuracy === null) return a.accuracy !== null && b.accuracy === null;
  if (a.accuracy !== b.accuracy) return a.accuracy > b.accuracy;
  return (a.loss ?? Number.POSITIVE_INFINITY) < (b.loss ?? Number.POSITIVE_INFINITY);
}

/** A learning rate in the outer tenth of its range is on the edge. */
const EDGE = 0.1;

/** Where the best learning rate is on the edge of the space. Other settings have ends beyond which nothing changes. */
export function edgeOf({ learningRate: range }: SearchSpace, rate: number): Side {
  if (range === undefined || range.scale !== "log") return "none";
  const share = shareOf(range, rate);
  if (share < EDGE) return "lower";
  return share > 1 - EDGE ? "upper" : "none";
}

/** The learning rate of a trial. */
export const rateOf = ({ learningRate }: TunedArm, { values }: Trial): number =>
  values.learningRate ?? learningRate;

export const selectedRate = (arm: TunedArm): number => rateOf(arm, arm.trials[arm.selected]!);

/** The same for the selected trial of an arm. */
export const selectedEdge = (arm: TunedArm): Side => edgeOf(arm.space, selectedRate(arm));
