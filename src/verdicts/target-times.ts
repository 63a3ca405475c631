import { medianOf } from "../statistics/median.js";
import { type Arm, armsOf } from "../study/arms.js";
import type { Study } from "../study/study.js";
import { type Timing, timingOf } from "../study/timing.js";
import type { RunRecord } from "../training/run-record.js";
import { timeToTarget } from "../training/time-to-target.js";

/** How long an arm takes to a target: medians over the compared runs, null if at least half of them miss it. */
export interface ArmTargetTime {
  /** The arm's label in tables. */
  readonly label: string;
  /** The compared runs that reached the target. */
  readonly reached: number;
  /** The compared runs. */
  readonly runs: number;
  /** Seconds of training steps; null also if times are not comparable. If runs are from several machines, the median over those on one of them. */
  readonly seconds: number | null;
  /** Training steps. */
  readonly steps: number | null;
  /** Epochs. */
  readonly epochs: number | null;
}

/** The times of all arms to one target. */
export interface TargetTimes {
  /** The validation accuracy. */
  readonly target: number;
  /** The arms, in the order in which they are planned. */
  readonly arms: readonly ArmTargetTime[];
}

/** The times to the targets of a study, in ascending order of these. */
export function targetTimes(study: Study, arms: readonly Arm[] = armsOf(study)): TargetTimes[] {
  const timing = timingOf(study);
  return [...(study.config.targets ?? [])]
    .sort((a, b) => a - b)
    .map((target) => ({ target, arms: arms.map((arm) => armTime(arm, target, timing)) }));
}

function armTime({ label, compared }: Arm, target: number, timing: Timing): ArmTargetTime {
  const timesOf = (runs: readonly RunRecord[]) => runs.map((run) => timeToTarget(run, target));
  const times = timesOf(compared);
  const median = (of: "seconds" | "steps" | "epochs", over = times) => {
    const value = medianOf(over.map((time) => time[of]));
    return over.length > 0 && Number.isFinite(value) ? value : null;
  };
  return {
    label,
    reached: times.filter(({ epochs }) => Number.isFinite(epochs)).length,
    runs: times.length,
    seconds: median("seconds", timesOf(compared.filter(timing.has))),
    steps: median("steps"),
    epochs: median("epochs"),
  };
}
