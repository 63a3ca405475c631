import { type Summary, summarise } from "../../statistics/summary.js";
import { type Arm, armsOf } from "../../study/arms.js";
import { taskKey } from "../../study/dataset-key.js";
import type { Study } from "../../study/study.js";
import { finalEpoch, type RunRecord } from "../../training/run-record.js";
import { stepsAnEpoch } from "./steps.js";

/** An arm with statistics over its completed runs, for their final weights; undefined if nothing was measured. */
export interface Result {
  readonly arm: Arm;
  readonly validationAccuracy: Summary | undefined;
  readonly validationLoss: Summary | undefined;
  readonly negativeLogLikelihood: Summary | undefined;
  readonly calibrationError: Summary | undefined;
  readonly testAccuracy: Summary | undefined;
  /** Seconds of training steps per run. */
  readonly trainSeconds: Summary | undefined;
  readonly stepMilliseconds: Summary | undefined;
  /** "completed", or the number of runs that did not complete: "1/3 diverged". */
  readonly status: string;
}

/** A result for each arm of a study. */
export const resultsOf = (study: Study): Result[] => armsOf(study).map(resultOf);

function resultOf(arm: Arm): Result {
  const over = (value: (run: RunRecord) => number | null | undefined) => {
    const values = arm.completed.map(value).filter((each) => each != null && Number.isFinite(each));
    return values.length === 0 ? undefined : summarise(values as number[]);
  };
  return {
    arm,
    validationAccuracy: over((run) => finalEpoch(run)?.validation.accuracy),
    validationLoss: over((run) => finalEpoch(run)?.validation.loss),
    negativeLogLikelihood: over((run) => finalEpoch(run)?.validation.negativeLogLikelihood),
    calibrationError: over((run) => finalEpoch(run)?.validation.calibrationError),
    testAccuracy: over((run) => run.test?.accuracy),
    trainSeconds: over((run) => run.seconds.train),
    stepMilliseconds: over((run) => (1000 * run.seconds.train) / stepsOf(run)),
    status: statusText(arm.runs),
  };
}

const stepsOf = ({ config, history }: RunRecord) => (history.at(-1)?.epoch ?? 0) * stepsAnEpoch(config);

function statusText(runs: readonly RunRecord[]): string {
  const ended = (["diverged", "cancelled"] as const).flatMap((status) => {
    const count = runs.filter((run) => run.status === status).length;
    if (count === 0) return [];
    return runs.length === 1 ? [status] : [`${count}/${runs.length} ${status}`];
  });
  return ended.length === 0 ? "completed" : ended.join(", ");
}

/** Which results are comparable, and which of these are best. */
export interface Ranking {
  /** Results whose means are over the same seeds, in the order in which they ran. */
  readonly ranked: readonly Result[];
  /** The results with the highest mean validation accuracy: one, several equal ones, or none. */
  readonly best: readonly Result[];
  /** Whether at least two arms finished a run, including by diverging. */
  readonly contested: boolean;
}

/**
 * Ranks the results of arms that trained. An arm with a diverged run is ranked only if every arm has one, because a mean over its
 * remaining runs would be biased. Nothing is ranked if the results are over different seeds or datasets.
 */
export function rank(results: readonly Result[]): Ranking {
  const trained = results.filter(({ arm }) => arm.completed.some(({ history }) => history.at(-1)!.epoch > 0));
  const whole = trained.filter(({ arm }) => arm.compared.every(({ status }) => status !== "diverged"));
  const ranked = whole.length > 0 ? whole : trained;
  if (new Set(ranked.map(seedsOf)).size > 1 || tasksOf(ranked).size > 1)
    return { ranked: [], best: [], contested: false };
  const mean = ({ validationAccuracy }: Result) => validationAccuracy!.mean;
  const highest = ranked.reduce((most, each) => Math.max(most, mean(each)), 0);
  const finished = results.filter(({ arm }) => arm.compared.some(({ status }) => status !== "cancelled"));
  return {
    ranked,
    best: ranked.filter((each) => highest - mean(each) < ROUNDING),
    contested: finished.length > 1,
  };
}

/** The tasks of results. Accuracies on different datasets are not comparable. */
export const tasksOf = (results: readonly Result[]): ReadonlySet<string> =>
  new Set(results.map(({ arm }) => taskKey(arm.config)));

const seedsOf = ({ arm }: Result) =>
  arm.completed
    .map(({ config }) => config.seed)
    .sort((a, b) => a - b)
    .join();

/** Far below the accuracy of one image of any dataset, far above rounding errors. */
const ROUNDING = 1e-12;
