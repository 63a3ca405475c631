import { ranInParallel, type Study } from "../study/study.js";
import { countText } from "../validation/count-text.js";
import { groupBy } from "../validation/group-by.js";
import { type Check, fail, note } from "./check.js";

/** Clocks are read in milliseconds, at other moments of a run than its first and last. */
const TOLERANCE_MS = 50;

export const sharedClockTimes: Check = {
  name: "shared-clock-times",
  advice: "Do not compare times, or run again one after another (execution: sequential) and in one process.",
  find({ study, arms }) {
    if (arms.length < 2) return undefined;
    if (ranInParallel(study))
      return note(
        `${countText(study.runs.length, "run")} shared the processor (execution: parallel), so their times include waiting for each other, and reports omit them.`,
      );
    const overlapping = groupBy(study.runs, ({ machine }) => machine).reduce(
      (sum, runs) => sum + overlaps(runs),
      0,
    );
    if (overlapping === 0) return undefined;
    return fail(
      `${overlapping} of ${countText(study.runs.length, "run")} began before another had ended, so times are not comparable.`,
    );
  },
};

/** The number of runs of a machine that began before an earlier one had ended. */
function overlaps(runs: Study["runs"]): number {
  const spans = runs
    .map(({ startedAt, seconds }) => ({ start: Date.parse(startedAt), length: 1000 * seconds.total }))
    .sort((a, b) => a.start - b.start);
  let end = Number.NEGATIVE_INFINITY;
  let count = 0;
  for (const { start, length } of spans) {
    if (start < end - TOLERANCE_MS) count++;
    end = Math.max(end, start + length);
  }
  return count;
}
