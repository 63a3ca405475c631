import { isCompleted } from "../../study/compared-runs.js";
import { failedNote } from "../../study/failed-runs.js";
import { plannedRuns, type Study } from "../../study/study.js";
import { integerText } from "../../validation/count-text.js";
import { listText } from "../../validation/list-text.js";
import type { Result } from "./results.js";

/** Notes about a study that lacks runs, such as after Ctrl-C; none if it is complete. */
export function incompleteNote(study: Study, results: readonly Result[]): string[] {
  const finished = study.runs.filter(({ status }) => status !== "cancelled").length;
  const planned = plannedRuns(study);
  const arms = results.map(({ arm }) => arm);
  const leftOut = arms.some(({ runs, completed }) => runs.filter(isCompleted).length > completed.length);
  const seeds = [...new Set(arms.flatMap(({ completed }) => completed.map(({ config }) => config.seed)))].map(
    String,
  );
  return [
    ...(finished < planned
      ? [`Incomplete: ${integerText(finished)} of ${integerText(planned)} runs finished.`]
      : []),
    ...failedNote(study),
    ...(leftOut
      ? [
          `All numbers use only the seeds that every arm with a result finished (${listText(seeds, { most: 10 })}).`,
        ]
      : []),
  ];
}
