import type { Study } from "../../study/study.js";
import type { Heading } from "../../system/plain-table.js";
import { countText } from "../../validation/count-text.js";
import { listText } from "../../validation/list-text.js";
import { type AcrossTasks, acrossTasks, TARGET_ERRORS } from "../../verdicts/across-tasks.js";
import { numberText } from "../text/number-text.js";

/** The table of a study over several tasks. */
export interface TaskCells {
  /** What the rows are. */
  readonly caption: string;
  readonly columns: readonly Heading[];
  /** By mean rank. */
  readonly rows: readonly (readonly string[])[];
  readonly notes: readonly string[];
}

/** Undefined if a study does not have several tasks. */
export function taskCells(study: Study): TaskCells | undefined {
  const found = acrossTasks(study);
  return found === undefined ? undefined : cellsOf(found);
}

function cellsOf(found: AcrossTasks): TaskCells {
  const { tasks, methods } = found;
  const several = methods[0]!.interval !== null;
  const timed = methods.some(({ secondsToTarget }) => secondsToTarget !== null);
  const columns: Heading[] = [
    { title: "method" },
    { title: "mean rank", right: true },
    { title: several ? "score (95% interval)" : "score", right: true },
    { title: "targets reached", right: true },
    ...(timed ? [{ title: "time to target, s", right: true }] : []),
  ];
  const rows = methods.map(({ label, meanRank, interquartileMean, interval, reached, secondsToTarget }) => [
    label,
    meanRank.toFixed(2),
    interval === null
      ? interquartileMean.toFixed(3)
      : `${interquartileMean.toFixed(3)} (${interval.low.toFixed(3)} to ${interval.high.toFixed(3)})`,
    `${reached}/${tasks.length}`,
    ...(timed ? [secondsToTarget === null ? "–" : numberText(secondsToTarget)] : []),
  ]);
  return {
    caption: `Methods over ${countText(tasks.length, "task")}, by mean rank`,
    columns,
    rows,
    notes: notesOf(found, timed),
  };
}

function notesOf({ tasks, p, criticalDifference, seeds }: AcrossTasks, timed: boolean): string[] {
  return [
    "Accuracies of different tasks are not comparable, so ranks within each task and scores relative to its best are aggregated.",
    `Tasks: ${listText(tasks, { separator: "; ", most: 12 })}.`,
    `Friedman's test: p ${p < 0.001 ? "< 0.001" : `= ${p.toFixed(3)}`}. If p is at most 0.05, mean ranks that differ by more than ${criticalDifference.toFixed(2)} are told apart (Nemenyi's test, family-wise error 5%).`,
    `Score: interquartile mean over tasks and seeds of the lowest mean error in a task, divided by the run's error: 1 is as good as the best, 0.5 has twice as many errors.${seeds > 1 ? " The interval is over seeds; the tasks are given." : ""}`,
    `Target of a task: at most ${TARGET_ERRORS} times the errors of its best method, reached by at least half of the seeds.${timed ? " Time: geometric mean over tasks of the median; – if a target is missed." : ""}`,
  ];
}
