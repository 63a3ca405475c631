import type { RunRecord } from "../training/run-record.js";

/** Seconds of training steps until the first evaluation at or above an accuracy; infinite if there is none. */
export function secondsToAccuracy({ history }: RunRecord, accuracy: number): number {
  let seconds = 0;
  for (const epoch of history) {
    seconds += epoch.seconds.train;
    if (epoch.validation.accuracy >= accuracy) return seconds;
  }
  return Number.POSITIVE_INFINITY;
}
