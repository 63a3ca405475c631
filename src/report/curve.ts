import type { EpochRecord } from "../history.js";
import { summarise } from "../statistics.js";
import type { RunRecord } from "../study.js";
import type { Setting } from "./settings.js";

/** One line of a chart. */
export interface Curve {
  /** What the legend calls it; curves with the same name share a colour. */
  readonly name: string;
  /** The mean of several runs, or one run that is drawn apart. */
  readonly of: "completed runs" | "one run";
  readonly ended: "completed" | "diverged" | "cancelled";
  readonly points: readonly CurvePoint[];
}

export interface CurvePoint {
  readonly epoch: number;
  /** Training steps since the start. */
  readonly seconds: number;
  readonly value: number;
  /** The lowest and the highest seed; both equal `value` where there is one. */
  readonly low: number;
  readonly high: number;
}

/**
 * The curves of a setting: the mean of its completed runs over the epochs that all of them have, and apart from it each
 * run of a seed that is not compared or that ended early, up to its last epoch with a finite loss, so that no mean jumps where a run drops out. Epoch 0 is left out:
 * its chance level would flatten all that follows.
 */
export function curvesOf(
  { runs, completed }: Setting,
  name: string,
  value: (epoch: EpochRecord) => number | null,
): Curve[] {
  const apart = runs.filter((run) => !completed.includes(run));
  const groups = [
    { group: completed, of: "completed runs", ended: "completed" } as const,
    ...apart.map((run) => ({ group: [run], of: "one run", ended: run.status }) as const),
  ];
  return groups
    .map(({ group, of, ended }) => ({ name, of, ended, points: meanPoints(group, value) }))
    .filter(({ points }) => points.length > 0);
}

function meanPoints(runs: readonly RunRecord[], value: (epoch: EpochRecord) => number | null): CurvePoint[] {
  const timed = runs.map(({ history }) => withElapsedSeconds(history));
  const shared = Math.min(...timed.map((each) => each.length));
  if (timed.length === 0) return [];
  return Array.from({ length: shared }, (_, i) => timed.map((each) => each[i]!)).flatMap((records) => {
    const sound = records.every(({ record }) => record.validation.loss !== null);
    const values = records.map(({ record }) => value(record)).filter((each) => each !== null);
    const { epoch } = records[0]!.record;
    if (epoch === 0 || !sound || values.length < records.length || !values.every(Number.isFinite)) return [];
    return {
      epoch,
      seconds: summarise(records.map(({ seconds }) => seconds)).mean,
      value: summarise(values).mean,
      low: Math.min(...values),
      high: Math.max(...values),
    };
  });
}

function withElapsedSeconds(history: readonly EpochRecord[]) {
  let seconds = 0;
  return history.map((record) => {
    seconds += record.seconds.train;
    return { record, seconds };
  });
}
