import { essentialConfig } from "../config/essential-config.js";
import type { RunRecord } from "../training/run-record.js";
import { canonicalJson } from "../validation/canonical-json.js";
import { type Difference, differencesOf } from "../validation/differences.js";
import { readStored, type StoredStudy, studyOf } from "./stored-study.js";
import type { Study } from "./study.js";

/** A run whose records in study.json and in cells.jsonl differ. */
export interface AlteredRun {
  /** Its number in the study, from 1. */
  readonly number: number;
  /** Where the records differ: `a` is the value in study.json, `b` the one in cells.jsonl. */
  readonly differences: readonly Difference[];
}

/**
 * Compares the runs of a study with cells.jsonl of its folder. The file may have more runs, if the process that would have written
 * study.json was killed.
 *
 * @throws OptimbenchError (FILE) that names the line of cells.jsonl that is damaged
 */
export async function alteredRuns(study: Study, folder: string): Promise<AlteredRun[]> {
  const unmatched = new Map<string, RunRecord[]>();
  for (const record of recordsOf(await readStored(folder)))
    unmatched.set(identity(record), [...(unmatched.get(identity(record)) ?? []), record]);
  return study.runs.flatMap((record, index) => {
    if (record.status === "cancelled") return []; // has no line
    const differences = differencesOf(
      comparable(record),
      comparable(unmatched.get(identity(record))?.shift()),
    );
    return differences.length === 0 ? [] : [{ number: index + 1, differences }];
  });
}

/** The runs of a study, then those that no longer count, because more trials select other settings. */
function recordsOf(stored: StoredStudy): RunRecord[] {
  const asked = new Set(stored.question.cells);
  const others = [...stored.cells].filter(([key]) => !asked.has(key));
  return [...studyOf(stored).runs, ...others.map(([, { record }]) => record)];
}

const identity = ({ config }: RunRecord) =>
  canonicalJson({ ...essentialConfig(config), dataset: config.dataset });

/** The epochs by number, so that a difference names its epoch. While the runs of a study are on one machine, this has no number. */
const comparable = (record: RunRecord | undefined) =>
  record && {
    ...record,
    machine: record.machine ?? 1,
    history: Object.fromEntries(record.history.map((epoch) => [`epoch ${epoch.epoch}`, epoch])),
  };
