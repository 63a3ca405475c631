import { type Arm, armsOf } from "../study/arms.js";
import { isCompleted } from "../study/compared-runs.js";
import { taskKey } from "../study/dataset-key.js";
import type { Study } from "../study/study.js";
import { imagesOf, type Metric, metricOf } from "./metric.js";

/** An arm and the scores that it is compared by. */
export interface ScoredArm {
  readonly arm: Arm;
  /** One per seed, in ascending order of the seeds. A diverged run scores 0, the worst there is. */
  readonly scores: readonly number[];
  /** The scores of the runs that completed. */
  readonly completed: readonly number[];
  /** The number of images that each run was evaluated on. */
  readonly images: readonly number[];
}

/** What can be compared in a study, or why nothing can. */
export type Comparable =
  | { readonly arms: readonly ScoredArm[]; readonly seeds: readonly number[] }
  | { readonly reason: string };

/** The arms of a study with a finished run, scored on the seeds that all of them finished. */
export function comparable(study: Study, metric: Metric): Comparable {
  const all = armsOf(study);
  const arms = all.filter(({ compared }) => compared.some(({ status }) => status !== "cancelled"));
  const completed = arms.flatMap((arm) => arm.completed);
  if (completed.length === 0) return { reason: "No run completed its training." };
  if (completed.every(({ history }) => history.at(-1)!.epoch === 0))
    return {
      reason: "Nothing was trained: with 0 epochs, all numbers are those of the initial weights.",
    };
  if (new Set(arms.map(({ config }) => taskKey(config))).size > 1)
    return {
      reason:
        "Nothing is ranked: accuracies on different datasets are not comparable. Compare the arms of one dataset.",
    };
  const seedsOf = ({ compared }: Arm) => compared.map(({ config }) => config.seed).sort((a, b) => a - b);
  if (new Set(arms.map((arm) => seedsOf(arm).join())).size > 1)
    return {
      reason:
        "Nothing is ranked: no seed was finished by every arm, so the numbers come from different seeds.",
    };
  const scored = arms.map((arm) => scoredArm(arm, metric));
  if (scored.some(({ scores }) => scores.some((score) => score === undefined)))
    return { reason: "Nothing is ranked: not every run was measured on test images." };
  return { arms: scored as ScoredArm[], seeds: seedsOf(arms[0]!) };
}

function scoredArm(arm: Arm, metric: Metric) {
  const runs = [...arm.compared].sort((a, b) => a.config.seed - b.config.seed);
  const scores = runs.map((run) => (isCompleted(run) ? metricOf(run, metric) : 0));
  const completed = runs.filter(isCompleted).map((run) => metricOf(run, metric));
  return { arm, scores, completed, images: runs.map((run) => imagesOf(run, metric)) };
}
