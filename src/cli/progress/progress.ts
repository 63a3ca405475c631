import type { EpochRecord } from "../../history/epoch-record.js";
import type { PlannedRun } from "../../study/planned-run.js";
import type { RunRecord } from "../../training/run-record.js";

/** Shows the progress of a study. */
export interface Progress {
  /** Called first, with all runs of the study. */
  onPlan(runs: readonly PlannedRun[]): void;
  onEpoch(epoch: EpochRecord, run: PlannedRun): void;
  /** Called after a run, which may have ended before its last epoch. */
  onRun(run: PlannedRun, record: RunRecord): void;
  /** Called for a run that does not run here, with its record if it finished elsewhere. */
  onSkip(run: PlannedRun, record?: RunRecord): void;
  /** Prints a sentence. */
  onNotice(text: string): void;
  /** Removes what is not to stay. */
  stop(): void;
}
