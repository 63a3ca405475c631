import { stat } from "node:fs/promises";
import { OptimbenchError } from "../../errors.js";
import type { NativeSession } from "../../native/addon.js";
import { fileProblem } from "../../system/file-problem.js";
import { stopwatch } from "../../system/stopwatch.js";
import { checkWritable } from "../../system/write-file.js";
import { type OpenCheckpoint, openCheckpoint, writeCheckpoint } from "./checkpoint-file.js";
import type { CheckpointSettings } from "./checkpoint-options.js";
import type { LoopProgress, Progress } from "./progress.js";
import { type RunIdentity, whyDifferent } from "./run-identity.js";

/** The part of a run's progress that the epoch loop does not know. */
type Around = Omit<Progress, keyof LoopProgress>;

/** A run with checkpoints. */
export interface CheckpointedRun {
  readonly options: CheckpointSettings;
  readonly run: () => Promise<RunIdentity>;
  /** What it did before, if it is resumed. */
  readonly before: Progress | undefined;
}

const textOf = ({ history, pass, stepGraph }: LoopProgress) => JSON.stringify({ history, pass, stepGraph });

/** Writes the checkpoints of a run when they are due. */
export class Checkpoints {
  readonly #options: CheckpointSettings;
  readonly #run: () => Promise<RunIdentity>;
  readonly #session: NativeSession;
  readonly #around: () => Around;
  readonly #onNotice: (text: string) => void;
  #sinceLast = stopwatch();
  /** What the file has of the epoch loop's progress, as text. */
  #written: string | undefined;

  constructor(
    { options, run, before }: CheckpointedRun,
    session: NativeSession,
    around: () => Around,
    onNotice: (text: string) => void,
  ) {
    this.#options = options;
    this.#run = run;
    this.#session = session;
    this.#around = around;
    this.#onNotice = onNotice;
    this.#written = before && textOf(before);
  }

  /** Calls `pause` when the next checkpoint is due by its time. Returns how to end the waiting. */
  whenDue(pause: () => void): () => void {
    const { everyMinutes } = this.#options;
    if (everyMinutes === undefined) return () => {};
    const seconds = Math.max(0, 60 * everyMinutes - this.#sinceLast());
    const timer = setTimeout(pause, 1000 * seconds);
    return () => clearTimeout(timer);
  }

  /** Writes a checkpoint if one is due after this epoch. */
  async afterEpoch(epoch: number, progress: LoopProgress): Promise<void> {
    const { everyMinutes, everyEpochs = everyMinutes === undefined ? 1 : Number.POSITIVE_INFINITY } =
      this.#options;
    const isDueByTime = everyMinutes !== undefined && this.#sinceLast() >= 60 * everyMinutes;
    if (isDueByTime || (epoch > 0 && epoch % everyEpochs === 0)) await this.write(progress);
  }

  /** Writes a checkpoint. If that fails, the last one stays and the run continues. */
  async write(progress: LoopProgress): Promise<void> {
    try {
      await this.#write(progress);
    } catch (error) {
      if (!(error instanceof OptimbenchError)) throw error;
      this.#sinceLast = stopwatch();
      this.#onNotice(`${error.message} The run continues, and the next checkpoint is tried as planned.`);
    }
  }

  /**
   * Writes the last checkpoint of a run.
   *
   * @param isCancelled whether the work since the last checkpoint is lost without this one, so that a failure is an error
   */
  async atEnd(progress: LoopProgress, isCancelled: boolean): Promise<void> {
    const { isTemporary = false } = this.#options;
    if (isTemporary && !isCancelled) return; // the run is finished, and so is the need for the file
    if (textOf(progress) === this.#written) return;
    await (isCancelled && !isTemporary ? this.#write(progress) : this.write(progress));
  }

  async #write(progress: LoopProgress): Promise<void> {
    const all = { ...this.#around(), ...progress };
    await writeCheckpoint(this.#options.path, this.#session, { run: await this.#run(), progress: all });
    this.#written = textOf(progress);
    this.#sinceLast = stopwatch();
  }
}

/**
 * Finds the checkpoint that a run goes on from; undefined if it starts anew. Checks that the file can be written.
 *
 * @throws OptimbenchError (FILE) by rejection if the file belongs to another run, is damaged, or must not be replaced
 */
export async function checkpointToResume(
  { path, resume = false, overwrite = false, isTemporary = false }: CheckpointSettings,
  run: () => Promise<RunIdentity>,
  onNotice: (text: string) => void,
): Promise<OpenCheckpoint | undefined> {
  const fail = (reason: string, cause?: unknown) => new OptimbenchError("FILE", reason, { cause, path });
  if (!isTemporary)
    await checkWritable(path).catch((cause) => {
      throw fail(`Cannot write ${path}: ${fileProblem(cause)}. Choose another file for checkpoints.`, cause);
    });
  const there = await stat(path).catch(() => undefined);
  if (there && !there.isFile())
    throw fail(`${path} is not a regular file. Choose another file for checkpoints.`);
  if (there === undefined || there.size === 0) return undefined;
  if (!resume && !overwrite)
    throw fail(
      `${path} already exists. Go on from it with \`checkpoint.resume\`, replace it with \`checkpoint.overwrite\`, or choose another file.`,
    );
  if (!resume) return undefined;
  try {
    const found = await openCheckpoint(path);
    const why = whyDifferent(found.run, await run());
    if (why === undefined) return found;
    await found.close();
    throw fail(
      `Cannot resume from ${path}. ${why} Repeat the config of that run, or use another file for this one.`,
    );
  } catch (error) {
    if (!isTemporary || !(error instanceof OptimbenchError)) throw error;
    onNotice(`${error.message} The run starts again.`);
    return undefined;
  }
}
