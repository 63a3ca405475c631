import type { RunRecord } from "../training/run-record.js";
import { integerText } from "../validation/count-text.js";
import { printable } from "../validation/printable.js";
import { armsOf } from "./arms.js";
import { ranInParallel, type Study } from "./study.js";

/** Which times of a study are comparable. */
export interface Timing {
  /** Whether any are. */
  readonly isTimed: boolean;
  /** Whether the time of a run is one of them. */
  readonly has: (run: RunRecord) => boolean;
  /** Why others are not, in one sentence; undefined if all are comparable. */
  readonly note?: string;
}

/**
 * Times are comparable if runs had their machine to themselves, and within one machine only. Of several machines, it is the one
 * with the most completed runs among those that trained every arm.
 */
export function timingOf(study: Study): Timing {
  if (ranInParallel(study)) return { ...NONE, note: PARALLEL };
  const { machines } = study;
  if (machines === undefined) return { isTimed: true, has: () => true };
  const number = machineOfEveryArm(study);
  const count = integerText(machines.length);
  if (number === undefined)
    return {
      ...NONE,
      note: `Runs were trained on ${count} machines, none of which trained every arm; times omitted: not comparable.`,
    };
  const has = (run: RunRecord) => run.machine === number && run.resumedAt === undefined;
  const { cpu, gpus = [], threads } = machines[number - 1]!;
  const what = [cpu, ...new Set(gpus), threads === 1 ? "1 thread" : `${threads} threads`].map(printable);
  const shown = integerText(study.runs.filter(has).length);
  return {
    isTimed: true,
    has,
    note: `Times are those of ${shown} of the ${integerText(study.runs.length)} runs, on machine ${number} of ${count} (${what.join(", ")}): times on different machines are not comparable.`,
  };
}

const NONE = { isTimed: false, has: () => false };
const PARALLEL = "Runs went in parallel (execution: parallel); times omitted: not comparable.";

/** The number of the machine on which most runs completed, of those that completed some of every arm; undefined if none did. */
function machineOfEveryArm(study: Study): number | undefined {
  const arms = armsOf(study)
    .map(({ completed }) => completed)
    .filter(({ length }) => length > 0);
  const found = study.machines!.map(() => ({ arms: new Set<object>(), runs: 0 }));
  for (const arm of arms)
    for (const { machine, resumedAt } of arm) {
      const place = found[(machine ?? 0) - 1];
      if (place === undefined || resumedAt !== undefined) continue; // a run may be resumed on another machine
      place.arms.add(arm);
      place.runs++;
    }
  const whole = found.filter((place) => place.runs > 0 && place.arms.size === arms.length);
  const [most] = whole.sort((a, b) => b.runs - a.runs);
  return most && found.indexOf(most) + 1;
}
