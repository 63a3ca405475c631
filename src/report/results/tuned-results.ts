import type { SearchRange } from "../../catalogue/search-range.js";
import { type ArmConfig, armConfigs } from "../../config/resolved-study.js";
import type { TunedArm } from "../../config/tuning-config.js";
import { comparisonKey } from "../../study/dataset-key.js";
import type { Study } from "../../study/study.js";
import { rateOf } from "../../tuning/select-trial.js";
import { groupBy } from "../../validation/group-by.js";
import type { Result } from "./results.js";

/** What tuning an arm found, for figures. */
export interface TunedResult {
  readonly tuned: TunedArm;
  /** The config of its runs. */
  readonly config: ArmConfig;
  /** What figures of its task call it. */
  readonly label: string;
  /** The runs of the selected settings; undefined if some arm has none yet. */
  readonly result: Result | undefined;
  /** In the order in which they are planned. */
  readonly trials: readonly TrialPoint[];
  /** The searched learning rates; undefined if the learning rate was not searched. */
  readonly range: SearchRange | undefined;
}

export interface TrialPoint {
  /** From 1. */
  readonly number: number;
  readonly learningRate: number;
  /** Validation accuracy; null if it diverged. */
  readonly accuracy: number | null;
  /** The highest accuracy of this trial and the earlier ones; null if all diverged. */
  readonly best: number | null;
  readonly isSelected: boolean;
}

/** The arms of a tuned study with their trials, in the order of the results; none for other studies. */
export function tunedResults({ config }: Study, results: readonly Result[]): TunedResult[] {
  const configs = armConfigs(config);
  const arms = (config.tuning?.arms ?? []).slice(0, configs.length);
  const inOrder = groupBy(arms.keys(), (i) => comparisonKey(config, configs[i]!)).flat();
  const areComplete = results.length === arms.length;
  return inOrder.map((i, place) => {
    const tuned = arms[i]!;
    const result = areComplete ? results[place] : undefined;
    return {
      tuned,
      config: configs[i]!,
      label: result?.arm.labelInTask ?? tuned.label,
      result,
      trials: trialPoints(tuned),
      range: tuned.space.learningRate,
    };
  });
}

function trialPoints(arm: TunedArm): TrialPoint[] {
  let best: number | null = null;
  return arm.trials.map((trial, i) => {
    const { accuracy } = trial;
    if (accuracy !== null) best = Math.max(accuracy, best ?? 0);
    return {
      number: i + 1,
      learningRate: rateOf(arm, trial),
      accuracy,
      best,
      isSelected: i === arm.selected,
    };
  });
}
