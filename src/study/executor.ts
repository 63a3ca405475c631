import type { EpochRecord } from "../history/epoch-record.js";
import type { Cell, Question } from "./cell-lines.js";
import type { PlannedCell } from "./planned-cell.js";

/** What an executor needs of a study, and where its results go. */
export interface ExecutorContext {
  readonly question: Question;
  /** Whether finished cells are kept, so that the same study can be continued by another process. */
  readonly isKept: boolean;
  /** Whether to measure where the time of each run's steps goes. */
  readonly profile: boolean;
  /** Ends the execution. */
  readonly signal: AbortSignal;
  /** Reads what other processes have finished. */
  readonly refresh: () => Promise<void>;
  /** Whether a cell has finished, here or elsewhere. */
  readonly hasFinished: (cell: PlannedCell) => boolean;
  /** Receives a finished cell. Returns whether it is kept on the disk, if the study is kept. A cell that finished twice counts once. */
  readonly finish: (cell: PlannedCell, finished: Cell) => Promise<boolean>;
  /** Receives a cell that failed for good. */
  readonly fail: (cell: PlannedCell, reason: string) => void;
  readonly onEpoch: (cell: PlannedCell, epoch: EpochRecord) => Promise<void>;
  readonly onNotice: (text: string) => void;
}

/** Runs the cells of a study elsewhere, as the result of `queue` does. */
export interface Executor {
  /**
   * Checks that cells can run. @throws OptimbenchError (CONFIG, FILE, QUEUE)
   *
   * @internal
   */
  ready(): Promise<void>;
  /**
   * Runs cells. Resolves when each has finished or failed, or when the signal has fired.
   *
   * @internal
   */
  run(cells: readonly PlannedCell[], context: ExecutorContext): Promise<void>;
}
