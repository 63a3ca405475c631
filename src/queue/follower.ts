import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type EpochRecord, epochRecordSchema } from "../history/epoch-record.js";
import { isSameRun } from "../study/cell.js";
import type { Cell } from "../study/cell-lines.js";
import type { ExecutorContext } from "../study/executor.js";
import type { PlannedCell } from "../study/planned-cell.js";
import { countText } from "../validation/count-text.js";
import { ATTEMPTS } from "./cell-job.js";
import { MOST_ENTRY, parsedJson } from "./entries.js";
import { failedCells } from "./failed-cells.js";
import { forgetFollower, leaveFollowers, reportFollower, SAYS_EVERY } from "./followers.js";
import { Insistence } from "./insistence.js";
import { discard, published, publishedKeys } from "./results.js";
import type { QueueServer } from "./server.js";
import { isServerProblem, isTemporary, serverError } from "./server-problem.js";
import { cancelStudy, forgetCancellation, isCancelled, removeStudy, studyId } from "./study-entry.js";
import { Submission, type SubmitOptions } from "./submission.js";
import { isServed, listWorkers } from "./worker-entry.js";

interface Options extends SubmitOptions {
  readonly cancelOnAbort: boolean;
}

const LOOKS_EVERY = 1000;
const FEWEST_BETWEEN_LOOKS = 50;
const CHECKS_EVERY = 10_000;
const AT_ONCE = 50;

/** Whether a result is that of a finished run of this cell. */
const isResultOf = ({ plan }: PlannedCell, { record }: Cell): boolean =>
  record.status !== "cancelled" && isSameRun(plan.config, record.config);

function ignoreTemporary(error: unknown): void {
  if (!isTemporary(error)) throw error;
}

/** Submits the cells of a study, and collects their results. */
export class Follower {
  readonly #server: QueueServer;
  readonly #context: ExecutorContext;
  readonly #options: Options;
  readonly #insistence: Insistence;
  readonly #id: string;
  readonly #cells: ReadonlyMap<string, PlannedCell>;
  /** This process among those that follow the study. */
  readonly #name = randomUUID();
  /** The cells without a result, by key. */
  readonly #missing: Map<string, PlannedCell>;
  readonly #submission: Submission;
  /** Results that could not be written, and therefore stay on the server. */
  readonly #unkept = new Set<string>();
  /** The last epoch of each cell in progress that was not told yet. */
  readonly #epochs = new Map<string, { readonly cell: PlannedCell; readonly epoch: EpochRecord }>();
  /** The number of failed cells in the queue, when they were last taken over. */
  #failures = 0;
  /** How often the result of a cell was not its result. */
  readonly #refused = new Map<string, number>();
  #wake = new AbortController();
  #checked = performance.now() - CHECKS_EVERY + LOOKS_EVERY;

  constructor(
    server: QueueServer,
    cells: readonly PlannedCell[],
    context: ExecutorContext,
    options: Options,
  ) {
    this.#server = server;
    this.#context = context;
    this.#options = options;
    this.#id = studyId(context.question);
    this.#insistence = new Insistence(server, context.onNotice, context.signal);
    this.#cells = new Map(cells.map((cell) => [cell.key, cell]));
    this.#missing = new Map(this.#cells);
    this.#submission = new Submission(server, this.#id, this.#missing, context, options);
  }

  async follow(): Promise<void> {
    const { signal } = this.#context;
    const wake = () => this.#wake.abort();
    signal.addEventListener("abort", wake);
    const say = () => reportFollower(this.#server, this.#id, this.#name);
    const saying = setInterval(() => say().catch(() => {}), SAYS_EVERY);
    try {
      await say().catch(ignoreTemporary); // it is said again, and collecting results makes space
      if (await this.#followToEnd()) return;
    } catch (error) {
      if (!signal.aborted || !isServerProblem(error)) throw error;
    } finally {
      clearInterval(saying);
      signal.removeEventListener("abort", wake);
    }
    await this.#end();
  }

  /** @returns whether the study was cancelled */
  async #followToEnd(): Promise<boolean> {
    const { signal, onNotice } = this.#context;
    await this.#insistence.insist(() => this.#collect(), isTemporary);
    if (this.#missing.size > 0 && !signal.aborted) {
      for (const risk of await this.#server.risks()) onNotice(risk);
      await this.#insistence.insist(async () => {
        await forgetCancellation(this.#server, this.#id);
        await this.#submission.begin();
      }, isTemporary);
      const { left } = this.#submission;
      const others = left === 0 ? "" : ` ${countText(left, "more run")} will follow as these finish.`;
      onNotice(
        `Submitted ${countText(this.#missing.size - left, "run")} to ${this.#server.address} as study ${this.#id}.${others}`,
      );
      if (!signal.aborted) this.#listen();
    }
    while (this.#missing.size > 0 && !signal.aborted) {
      await this.#wait();
      if (await this.#insistence.insist(() => this.#look())) return true;
    }
    return false;
  }

  /** Takes over what happened. @returns whether the study was cancelled */
  async #look(): Promise<boolean> {
    const { signal, onNotice } = this.#context;
    await this.#takeFailed();
    await this.#collect();
    if (this.#missing.size > 0 && (await isCancelled(this.#server, this.#id))) {
      onNotice(`Study ${this.#id} was cancelled: ${countText(this.#missing.size, "run")} did not run.`);
      await removeStudy(this.#server, this.#id); // this process may have submitted runs during the cancellation
      for (const cell of this.#missing.values()) this.#context.fail(cell, "The study was cancelled.");
      return true;
    }
    if (this.#missing.size === 0 || signal.aborted) return false;
    await this.#submission.fill();
    if (performance.now() - this.#checked < CHECKS_EVERY) return false;
    const wasAway = performance.now() - this.#checked > 2 * CHECKS_EVERY; // as the workers may have been
    this.#checked = performance.now();
    await this.#submission.restore();
    if (!wasAway) await this.#tellWhyNot();
    return false;
  }

  #listen(): void {
    this.#server.onEvent(this.#id, ({ event, jobId = "", data = "" }) => {
      if (event === "progress") this.#hear(jobId, data);
      if (event === "progress" || event === "completed" || event === "failed") this.#wake.abort();
    });
  }

  #hear(key: string, data: string): void {
    const cell = this.#missing.get(key);
    const epoch = data.length > MOST_ENTRY ? undefined : epochRecordSchema.safeParse(parsedJson(data)).data;
    if (cell !== undefined && epoch !== undefined) this.#epochs.set(key, { cell, epoch });
  }

  /** Waits for an event, or a second. */
  async #wait(): Promise<void> {
    await sleep(FEWEST_BETWEEN_LOOKS);
    await sleep(LOOKS_EVERY, undefined, { signal: this.#wake.signal }).catch(() => {});
    if (!this.#context.signal.aborted) this.#wake = new AbortController();
  }

  async #collect(): Promise<void> {
    const { refresh, hasFinished, onEpoch } = this.#context;
    const epochs = [...this.#epochs.values()];
    this.#epochs.clear();
    for (const { cell, epoch } of epochs) await onEpoch(cell, epoch);
    const keys = (await publishedKeys(this.#server, this.#id)).filter((key) => !this.#unkept.has(key));
    for (let start = 0; start < keys.length; start += AT_ONCE) {
      const taken: string[] = [];
      const refused: PlannedCell[] = [];
      for (const key of keys.slice(start, start + AT_ONCE)) {
        const cell = this.#cells.get(key);
        if (cell === undefined) continue; // of another process, which follows more of the study
        if (hasFinished(cell)) {
          taken.push(key);
          continue;
        }
        const result = await published(this.#server, this.#id, key);
        if (result === undefined) continue;
        if (result === "damaged" || !isResultOf(cell, result)) refused.push(cell);
        else if (await this.#finish(cell, result)) taken.push(key);
      }
      await discard(this.#server, this.#id, [...taken, ...refused.map(({ key }) => key)]);
      await this.#submitAgain(refused);
    }
    await refresh();
    for (const [key, cell] of this.#missing) if (hasFinished(cell)) this.#missing.delete(key);
  }

  /** @returns whether the server need not keep the result */
  async #finish(cell: PlannedCell, result: Cell): Promise<boolean> {
    const isKept = await this.#context.finish(cell, result);
    this.#missing.delete(cell.key);
    if (!isKept) this.#unkept.add(cell.key);
    return isKept;
  }

  /** Submits cells again whose results were damaged, as often as those that fail are tried. */
  async #submitAgain(cells: readonly PlannedCell[]): Promise<void> {
    const again: PlannedCell[] = [];
    for (const cell of cells) {
      const refused = (this.#refused.get(cell.key) ?? 0) + 1;
      this.#refused.set(cell.key, refused);
      const problem = `The result of ${cell.planned.label} on the server is damaged, or of another run.`;
      if (refused >= ATTEMPTS) this.#fail(cell, problem);
      else {
        this.#server.tell(`${problem} It runs again.`);
        again.push(cell);
      }
    }
    await this.#submission.add(again);
  }

  #fail(cell: PlannedCell, reason: string): void {
    this.#missing.delete(cell.key);
    this.#context.fail(cell, reason);
    this.#context.onNotice(`${cell.planned.label} failed: ${reason}`);
  }

  /** Takes over the cells that failed for good. They stay in the queue until the study ends: others may follow it. */
  async #takeFailed(): Promise<void> {
    const failures = await this.#server.queue(this.#id).getFailedCount();
    if (failures === this.#failures) return;
    const given = new Map<string, string>();
    for (let start = 0; ; start += AT_ONCE) {
      const failed = await failedCells(this.#server, this.#id, start, AT_ONCE);
      for (const { key, reason } of failed) if (this.#missing.has(key)) given.set(key, reason);
      if (failed.length < AT_ONCE) break;
    }
    this.#failures = failures;
    for (const [key, reason] of given) this.#fail(this.#missing.get(key)!, reason);
  }

  /** Says if no worker takes the cells, and why. */
  async #tellWhyNot(): Promise<void> {
    if (await isServed(this.#server, this.#id)) return;
    const workers = await listWorkers(this.#server);
    const why = [...new Set(workers.map(({ leaves }) => leaves[this.#id]))];
    if (why.includes(undefined) && workers.length > 0) return;
    const text =
      workers.length === 0
        ? `No worker is connected to ${this.#server.address}. Start some: optimbench worker`
        : `No worker takes the runs of study ${this.#id}: ${why.join("; ")}.`;
    this.#server.tell(text);
  }

  /** Removes the study from the server, unless the same command can continue it. */
  async #end(): Promise<void> {
    const { signal, isKept, onNotice } = this.#context;
    if (this.#unkept.size > 0) return; // the same command collects them
    try {
      if (!signal.aborted) {
        const isLast = await leaveFollowers(this.#server, this.#id, this.#name);
        if (isLast) await removeStudy(this.#server, this.#id);
        return;
      }
      forgetFollower(this.#server, this.#id, this.#name);
      if (!isKept || this.#options.cancelOnAbort) return await cancelStudy(this.#server, this.#id);
    } catch (error) {
      if (!isServerProblem(error)) throw error;
      onNotice(
        `${serverError(this.#server, error).message} Study ${this.#id} therefore stays on the server; optimbench queue cancel ${this.#id} removes it.`,
      );
      return;
    }
    const { left } = this.#submission;
    const there = this.#missing.size - left;
    const others = left === 0 ? "" : ` and submits ${countText(left, "more run")}`;
    if (this.#missing.size > 0)
      onNotice(
        `${countText(there, "run")} of study ${this.#id} stay${there === 1 ? "s" : ""} in the queue, and workers go on. The same command collects the results${others}; optimbench queue cancel ${this.#id} withdraws them.`,
      );
  }
}
