import type { EpochRecord } from "../history/epoch-record.js";
import type { CheckpointOptions } from "../training/checkpoint/checkpoint-options.generated.js";
import type { RunRecord } from "../training/run-record.js";
import type { Run } from "../training/train.js";
import type { Executor } from "./executor.js";
import type { PlannedRun } from "./planned-run.js";
import type { Study } from "./study.js";

/** Callbacks to observe and cancel a study. */
export interface CompareCallbacks {
  /** Called once with all runs in the order in which they start, before the first one starts. */
  readonly onPlan?: (runs: readonly PlannedRun[]) => void;
  /** Called after every epoch of every run. The run waits for its promise, unless the signal has fired. */
  readonly onEpoch?: (epoch: EpochRecord, run: PlannedRun) => void | Promise<void>;
  /**
   * Called after every run with the study so far. `compare` waits for its promise, even after the signal has fired, so it can
   * save the run's model, which is disposed afterwards. Calls never overlap, even if runs are parallel. The study contains
   * the finished runs in the order of the plan: by seed, then by arm.
   */
  readonly onRun?: (run: Run, study: Study, planned: PlannedRun) => void | Promise<void>;
  /**
   * Called for each run that does not run here: with its record if it finished earlier or in another process, without one if it
   * belongs to another part (`shard`).
   */
  readonly onSkip?: (run: PlannedRun, record?: RunRecord) => void;
  /**
   * Ends the study. Runs in progress are kept with status "cancelled", and `compare` returns the study so far. While
   * files of images are read, it ends the reading, and `compare` rejects with code ABORTED.
   */
  readonly signal?: AbortSignal;
  /** Whether to measure where the time of each run's steps goes. Default: false. */
  readonly profile?: boolean;
  /**
   * A folder that keeps the study: each finished run in `cells.jsonl`, from which `study.json` is made. A study in the folder is
   * continued: its finished runs do not run again, and an interrupted one is resumed from its last checkpoint, at most ten minutes
   * before. Several processes may share a folder. Default: none.
   */
  readonly folder?: string;
  /** Whether to replace a study in the folder that asks something else, or the same. Default: false. */
  readonly overwrite?: boolean;
  /**
   * Runs a part only, such as "3/8": the third of eight parts, which together are the whole study. The parts may share a folder,
   * or have one each and be merged afterwards. Default: the whole study.
   */
  readonly shard?: string;
  /**
   * The time that the runs may take, such as "90s", "10m" or "2h". Seeds, then epochs are cut to what fits, by a few measured steps
   * of each kind of run. A seed that not every arm could finish in time is not started, but the first one always runs. Default: no
   * limit.
   */
  readonly budget?: string;
  /**
   * Where the runs are trained, such as `queue({ connection })`: by workers on other machines. `onRun` is not called then, because
   * models stay there; `onSkip` receives the records. Default: in this process.
   */
  readonly executor?: Executor;
  /** Checkpoints of the run, as in `train`, if the study has only one. A `folder` keeps checkpoints without it. Default: none. */
  readonly checkpoint?: CheckpointOptions;
  /**
   * Called with messages for the user: that the seeds cannot suffice for a verdict, how many runs are already finished, or that a
   * file cannot be written yet.
   */
  readonly onNotice?: (text: string) => void;
}
