import { type Summary, summarise } from "../../study/statistics.js";
import type { Study } from "../../study/study.js";
import { finalEpoch, type RunRecord } from "../../training/run-record.js";
import { type Arm, armsOf } from "./arms.js";

/** An arm with what its completed runs came to, with the weights they ended with; undefined where nothing was measured. */
export interface Result {
  readonly arm: Arm;
  readonly validationAccuracy: Summary | undefined;
  readonly validationLoss: Summary | undefined;
  readonly negativeLogLikelihood: Summary | undefined;
  readonly calibrationError: Summary | undefined;
  readonly testAccuracy: Summary | undefined;
  /** Training steps alone, a run. */
  readonly trainSeconds: Summary | undefined;
  readonly stepMilliseconds: Summary | undefined;
  /** "completed", or how many of its runs were not: "1/3 diverged". */
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

/** Every epoch takes every training image once; the last batch, and the last group of accumulated ones, may be smaller. */
const stepsOf = ({ config, history }: RunRecord) =>
  (history.at(-1)?.epoch ?? 0) *
  Math.ceil(config.split.train / (config.batchSize * config.gradientAccumulation));

function statusText(runs: readonly RunRecord[]): string {
  const ended = (["diverged", "cancelled"] as const).flatMap((status) => {
    const count = runs.filter((run) => run.status === status).length;
    if (count === 0) return [];
    return runs.length === 1 ? [status] : [`${count}/${runs.length} ${status}`];
  });
  return ended.length === 0 ? "completed" : ended.join(", ");
}

/** Which results can be compared, and which of them are best. */
export interface Ranking {
  /** Those whose means are over the same seeds, in the order in which they ran. */
  readonly ranked: readonly Result[];
  /** Those with the highest mean validation accuracy: one, several that are equal, or none. */
  readonly best: readonly Result[];
  /** Whether the best had another arm to beat: one that finished a run, if only by diverging. */
  readonly contested: boolean;
}

/**
 * Ranks the results that trained at all. An arm with a run that diverged is ranked only where each has one: a mean over
 * what survived would flatter it. Nothing is ranked where the results are over different seeds.
 */
export function rank(results: readonly Result[]): Ranking {
  const trained = results.filter(({ arm }) => arm.completed.some(({ history }) => history.at(-1)!.epoch > 0));
  const whole = trained.filter(({ arm }) => arm.compared.every(({ status }) => status !== "diverged"));
  const ranked = whole.length > 0 ? whole : trained;
  if (new Set(ranked.map(seedsOf)).size > 1) return { ranked: [], best: [], contested: false };
  const mean = ({ validationAccuracy }: Result) => validationAccuracy!.mean;
  const highest = ranked.reduce((most, each) => Math.max(most, mean(each)), 0);
  const finished = results.filter(({ arm }) => arm.compared.some(({ status }) => status !== "cancelled"));
  return {
    ranked,
    best: ranked.filter((each) => highest - mean(each) < ROUNDING),
    contested: finished.length > 1,
  };
}

const seedsOf = ({ arm }: Result) =>
  arm.completed
    .map(({ config }) => config.seed)
    .sort((a, b) => a - b)
    .join();

/** Far below one image of any dataset, far above what the order of a sum can do. */
const ROUNDING = 1e-12;
