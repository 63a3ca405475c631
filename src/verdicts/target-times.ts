import { medianOf } from "../statistics/median.js";
import { type Arm, armsOf } from "../study/arms.js";
import { ranInParallel, type Study } from "../study/study.js";
import { timeToTarget } from "../training/time-to-target.js";

/** How long an arm takes to a target: medians over the compared runs, null if at least half of them miss it. */
export interface ArmTargetTime {
  /** The arm's label in tables. */
  readonly label: string;
  /** The compared runs that reached the target. */
  readonly reached: number;
  /** The compared runs. */
  readonly runs: number;
  /** Seconds of training steps; null also if runs went in parallel, so that times are not comparable. */
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
  const isTimed = !ranInParallel(study);
  return [...(study.config.targets ?? [])]
    .sort((a, b) => a - b)
    .map((target) => ({ target, arms: arms.map((arm) => armTime(arm, target, isTimed)) }));
}

function armTime({ label, compared }: Arm, target: number, isTimed: boolean): ArmTargetTime {
  const times = compared.map((run) => timeToTarget(run, target));
  const median = (of: "seconds" | "steps" | "epochs") => {
    const value = medianOf(times.map((time) => time[of]));
    return times.length > 0 && Number.isFinite(value) ? value : null;
  };
  return {
    label,
    reached: times.filter(({ epochs }) => Number.isFinite(epochs)).length,
    runs: times.length,
    seconds: isTimed ? median("seconds") : null,
    steps: median("steps"),
    epochs: median("epochs"),
  };
}
