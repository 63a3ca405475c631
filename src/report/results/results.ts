import { stepsAnEpoch } from "../../config/steps-an-epoch.js";
import { type Summary, summarise } from "../../statistics/summary.js";
import { type Arm, armsOf } from "../../study/arms.js";
import type { Study } from "../../study/study.js";
import { type Timing, timingOf } from "../../study/timing.js";
import { finalEpoch, type RunRecord } from "../../training/run-record.js";

/** An arm with statistics over its completed runs, for their final weights; undefined if nothing was measured. */
export interface Result {
  readonly arm: Arm;
  readonly validationAccuracy: Summary | undefined;
  readonly validationLoss: Summary | undefined;
  readonly negativeLogLikelihood: Summary | undefined;
  readonly calibrationError: Summary | undefined;
  readonly testAccuracy: Summary | undefined;
  /** Seconds of training steps per run. Times are over the runs whose times are comparable. */
  readonly trainSeconds: Summary | undefined;
  readonly stepMilliseconds: Summary | undefined;
  /** The part of a step that the optimizer's update takes; undefined without a profile. */
  readonly updateMilliseconds: Summary | undefined;
  /** "completed", or the number of runs that did not complete: "1/3 diverged". */
  readonly status: string;
}

/** A result for each arm of a study. */
export function resultsOf(study: Study): Result[] {
  const timing = timingOf(study);
  return armsOf(study).map((arm) => resultOf(arm, timing));
}

function resultOf(arm: Arm, timing: Timing): Result {
  const timed = arm.completed.filter(timing.has);
  const over = (value: (run: RunRecord) => number | null | undefined, runs = arm.completed) => {
    const values = runs.map(value).filter((each) => each != null && Number.isFinite(each));
    return values.length === 0 ? undefined : summarise(values as number[]);
  };
  return {
    arm,
    validationAccuracy: over((run) => finalEpoch(run)?.validation.accuracy),
    validationLoss: over((run) => finalEpoch(run)?.validation.loss),
    negativeLogLikelihood: over((run) => finalEpoch(run)?.validation.negativeLogLikelihood),
    calibrationError: over((run) => finalEpoch(run)?.validation.calibrationError),
    testAccuracy: over((run) => run.test?.accuracy),
    trainSeconds: over((run) => run.seconds.train, timed),
    stepMilliseconds: over((run) => (1000 * run.seconds.train) / stepsOf(run), timed),
    updateMilliseconds: over(
      ({ profile }) => profile && (1000 * profile.seconds.update) / profile.steps,
      timed,
    ),
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
