import { type Summary, summarise } from "../statistics.js";
import { finalEpoch, type RunRecord, type Study } from "../study.js";
import { type Setting, settingsOf } from "./settings.js";

/** A setting with what its completed runs came to, with the weights they ended with; undefined where nothing was measured. */
export interface Result {
  readonly setting: Setting;
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

/** A result for each setting of a study. */
export const resultsOf = (study: Study): Result[] => settingsOf(study).map(resultOf);

function resultOf(setting: Setting): Result {
  const over = (value: (run: RunRecord) => number | null | undefined) => {
    const values = setting.completed.map(value).filter((each) => each != null && Number.isFinite(each));
    return values.length === 0 ? undefined : summarise(values as number[]);
  };
  return {
    setting,
    validationAccuracy: over((run) => finalEpoch(run)?.validation.accuracy),
    validationLoss: over((run) => finalEpoch(run)?.validation.loss),
    negativeLogLikelihood: over((run) => finalEpoch(run)?.validation.negativeLogLikelihood),
    calibrationError: over((run) => finalEpoch(run)?.validation.calibrationError),
    testAccuracy: over((run) => run.test?.accuracy),
    trainSeconds: over((run) => run.seconds.train),
    stepMilliseconds: over((run) => (1000 * run.seconds.train) / stepsOf(run)),
    status: statusText(setting.runs),
  };
}

/** Every epoch takes every training image once; the last batch, and the last group of accumulated ones, may be smaller. */
const stepsOf = ({ config, history }: RunRecord) =>
  (history.at(-1)?.epoch ?? 0) *
  Math.ceil(config.split.train / (config.batchSize * (config.gradientAccumulation ?? 1)));

function statusText(runs: readonly RunRecord[]): string {
  const ended = (["diverged", "cancelled"] as const).flatMap((status) => {
    const count = runs.filter((run) => run.status === status).length;
    if (count === 0) return [];
    return runs.length === 1 ? [status] : [`${count}/${runs.length} ${status}`];
  });
  return ended.length === 0 ? "completed" : ended.join(", ");
}

/**
 * The result with the highest mean validation accuracy (the first of equals), of those that trained at all. A setting of which some runs did not
 * complete is taken only where none did completely: a mean over what survived would flatter it.
 */
export function bestOf(results: readonly Result[]): Result | undefined {
  const measured = results.filter(({ setting }) =>
    setting.completed.some(({ history }) => history.at(-1)!.epoch > 0),
  );
  const whole = measured.filter((each) => each.status === "completed");
  const candidates = whole.length > 0 ? whole : measured;
  return candidates.reduce<Result | undefined>(
    (best, each) =>
      best === undefined || each.validationAccuracy!.mean > best.validationAccuracy!.mean ? each : best,
    undefined,
  );
}
