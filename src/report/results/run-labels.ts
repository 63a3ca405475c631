import { armsOf } from "../../study/arms.js";
import type { Study } from "../../study/study.js";

/** What distinguishes each run of a study: its number, its arm and its seed. */
export function runLabels(study: Study): string[] {
  const arms = new Map(armsOf(study).flatMap(({ label, runs }) => runs.map((run) => [run, label])));
  return study.runs.map((run, i) => `run ${i + 1} (${arms.get(run)}, seed ${run.config.seed})`);
}
