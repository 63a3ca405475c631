import type { EpochRecord } from "../../history/epoch-record.js";
import type { Arm } from "../../study/arms.js";
import type { RunRecord } from "../../training/run-record.js";
import { extent } from "./ticks.js";

/** The most points per line: more than a chart can resolve. */
export const MOST_POINTS = 400;
/** The most runs per arm that are drawn separately. */
const MOST_APART = 3;

/** One line of a chart. */
export interface Curve {
  /** Its name in the legend. Curves with the same name share a colour. */
  readonly name: string;
  /** The mean of several runs, one run that is drawn separately, or the mean of an arm without a name. */
  readonly of: "completed runs" | "one run" | "another arm";
  readonly ended: "completed" | "diverged" | "cancelled";
  readonly points: readonly CurvePoint[];
}

interface CurvePoint {
  readonly epoch: number;
  /** Seconds of training steps since the start. */
  readonly seconds: number;
  readonly value: number;
  /** The lowest and highest value over the seeds; equal to `value` for one seed. */
  readonly low: number;
  readonly high: number;
}

/** Which epochs a curve has. */
interface CurveRange {
  /** The first epoch. Default: 1, because the chance level of epoch 0 would flatten the rest of a small figure. */
  readonly first?: 0 | 1;
  /** The most points. */
  readonly most?: number;
}

/**
 * The curves of an arm: the mean of its completed runs over their common epochs and, as separate curves, the first few runs that
 * ended early or whose seed is not compared, up to their last epoch with a finite loss. Separate curves avoid jumps of the mean
 * where a run ends.
 */
export function curvesOf(
  { runs, completed }: Pick<Arm, "runs" | "completed">,
  name: string,
  value: (epoch: EpochRecord) => number | null,
  { first = 1, most = MOST_POINTS }: CurveRange = {},
): Curve[] {
  const inMean = new Set(completed);
  const apart = runs.filter((run) => !inMean.has(run)).slice(0, MOST_APART);
  const groups = [
    { group: completed, of: "completed runs", ended: "completed" } as const,
    ...apart.map((run) => ({ group: [run], of: "one run", ended: run.status }) as const),
  ];
  return groups
    .map(({ group, of, ended }) => ({
      name,
      of,
      ended,
      points: thinned(meanPoints(group, value, first), most),
    }))
    .filter(({ points }) => points.length > 0);
}

/** The mean of an arm's completed runs, as a line under a shared name. */
export const greyCurves = (arm: Arm, name: string, value: (epoch: EpochRecord) => number | null): Curve[] =>
  curvesOf({ ...arm, runs: arm.completed }, name, value).map((curve) => ({
    ...curve,
    of: "another arm",
  }));

function meanPoints(
  runs: readonly RunRecord[],
  value: (epoch: EpochRecord) => number | null,
  first: number,
): CurvePoint[] {
  if (runs.length === 0) return [];
  const timed = runs.map(({ history }) => withElapsedSeconds(history));
  const [shared] = extent(timed.map(({ length }) => length));
  return Array.from({ length: shared }, (_, i) => timed.map((each) => each[i]!)).flatMap((records) => {
    const sound = records.every(({ record }) => record.validation.loss !== null);
    const values = records.map(({ record }) => value(record)).filter((each) => each !== null);
    const { epoch } = records[0]!.record;
    if (epoch < first || !sound || values.length < records.length || !values.every(Number.isFinite))
      return [];
    const [low, high] = extent(values);
    const seconds = mean(records.map((each) => each.seconds));
    return { epoch, seconds, value: mean(values), low, high };
  });
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Reduces points to `most`: keeps both ends, and the lowest and highest of equal intervals, so that no spike is lost. */
function thinned(points: CurvePoint[], most: number): CurvePoint[] {
  if (points.length <= most) return points;
  const stretches = Math.floor(most / 2) - 1;
  const inner = Array.from({ length: stretches }, (_, i) => {
    const place = (n: number) => 1 + Math.round((n * (points.length - 2)) / stretches);
    const stretch = points.slice(place(i), place(i + 1));
    const lowest = stretch.reduce((least, point) => (point.value < least.value ? point : least));
    const highest = stretch.reduce((most, point) => (point.value > most.value ? point : most));
    return [...new Set([lowest, highest])].sort((a, b) => a.epoch - b.epoch);
  });
  return [points[0]!, ...inner.flat(), points.at(-1)!];
}

function withElapsedSeconds(history: readonly EpochRecord[]) {
  let seconds = 0;
  return history.map((record) => {
    seconds += record.seconds.train;
    return { record, seconds };
  });
}
