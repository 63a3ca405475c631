import { countText } from "../validation/count-text.js";
import { listText } from "../validation/list-text.js";
import { visible } from "../validation/printable.js";
import type { FailedRun, Study } from "./study.js";

/** A sentence on the runs that failed and are missing in a study; none if none did. */
export function failedNote({ failed = [] }: Pick<Study, "failed">): string[] {
  if (failed.length === 0) return [];
  const texts = failed.map(({ label, reason }) => visible(`${label} (${reason.replace(/\.$/, "")})`));
  return [
    `${countText(failed.length, "run")} failed and ${failed.length === 1 ? "is" : "are"} missing: ${listText(texts, { separator: "; " })}.`,
  ];
}

/** The failed runs of several studies that none of them has finished, each once. */
export function stillFailed(
  studies: readonly Pick<Study, "failed">[],
  isFinished: (key: string) => boolean,
): readonly FailedRun[] {
  const failed = new Map(studies.flatMap((study) => (study.failed ?? []).map((run) => [run.key, run])));
  return [...failed.values()].filter(({ key }) => !isFinished(key));
}
