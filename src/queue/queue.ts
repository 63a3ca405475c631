import { setTimeout as sleep } from "node:timers/promises";
import type { Job } from "bullmq";
import { z } from "zod";
import type { EpochRecord } from "../history/epoch-record.js";
import type { Executor, ExecutorContext } from "../study/executor.js";
import type { PlannedCell } from "../study/planned-cell.js";
import { countText } from "../validation/count-text.js";
import { parse } from "../validation/parse.js";
import { keepWhole } from "../validation/plain-data.js";
import { addCells } from "./cell-job.js";
import { type ConnectionSettings, connectionSchema, readConnection } from "./connection.js";
import { discard, published, publishedKeys } from "./results.js";
import { QueueServer } from "./server.js";
import {
  cancelStudy,
  forgetCancellation,
  isCancelled,
  isRegistered,
  removeStudy,
  studyId,
} from "./study-entry.js";
import { submit } from "./submit.js";
import { listWorkers } from "./worker-entry.js";

export type { ConnectionSettings, TlsSettings } from "./connection.js";

/** How a study is submitted to the workers of a queue. */
export interface QueueOptions {
  /** The server. Default: OPTIMBENCH_QUEUE. */
  readonly connection?: string | ConnectionSettings;
  /** Studies with a higher priority are served first. Default: 0. */
  readonly priority?: number;
  /** What may differ between workers: "mixed-kernels" allows other processors and kernels, so that bits are not equal. Default: none. */
  readonly allow?: readonly "mixed-kernels"[];
  /** Whether to send datasets through the server, up to 256 MiB each. Default: workers read them. */
  readonly sendData?: boolean;
  /** Whether the signal of `compare` withdraws the cells. Default: they stay if the study has a folder, where it can be continued. */
  readonly cancelOnAbort?: boolean;
}

const optionsSchema = z.strictObject({
  connection: connectionSchema.optional(),
  priority: z.int().min(-1_000_000).max(1_000_000).default(0),
  allow: z.array(z.literal("mixed-kernels")).default([]),
  sendData: z.boolean().default(false),
  cancelOnAbort: z.boolean().default(false),
});
type Options = z.output<typeof optionsSchema>;

/**
 * An executor whose cells are run by workers on other machines.
 *
 * @param isVisible whether other users of this machine can read the connection, as they can a command
 */
export function queueExecutor(given: QueueOptions, isVisible = false): Executor {
  const open = async (context: Pick<ExecutorContext, "onNotice" | "signal">) => {
    const options = parse(optionsSchema, given, "options");
    return {
      options,
      server: await QueueServer.open(readConnection(options.connection, isVisible), context),
    };
  };
  return keepWhole({
    async ready() {
      const { server } = await open({ onNotice() {}, signal: new AbortController().signal });
      await server.close();
    },
    async run(cells: readonly PlannedCell[], context: ExecutorContext) {
      const { server, options } = await open(context);
      try {
        await new Follower(server, cells, context, options).follow();
      } finally {
        await server.close();
      }
    },
  });
}

const LOOKS_EVERY = 1000;
const FEWEST_BETWEEN_LOOKS = 50;
const CHECKS_EVERY = 10_000;
/** After so long without a result, cells are added again, in case the server has lost some. */
const DOUBTS_AFTER = 60_000;
const AT_ONCE = 50;

/** Submits the cells of a study, and collects their results. */
class Follower {
  readonly #server: QueueServer;
  readonly #context: ExecutorContext;
  readonly #options: Options;
  readonly #id: string;
  /** The cells without a result, by key. */
  readonly #missing: Map<string, PlannedCell>;
  /** Results that could not be written, and therefore stay on the server. */
  readonly #unkept = new Set<string>();
  readonly #epochs: { readonly cell: PlannedCell; readonly epoch: EpochRecord }[] = [];
  readonly #told = new Set<string>();
  #wake = new AbortController();
  #lastResult = performance.now();

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
    this.#missing = new Map(cells.map((cell) => [cell.key, cell]));
  }

  async follow(): Promise<void> {
    const { signal, onNotice } = this.#context;
    const wake = () => this.#wake.abort();
    signal.addEventListener("abort", wake);
    await this.#collect();
    if (this.#missing.size > 0 && !signal.aborted) {
      await forgetCancellation(this.#server, this.#id);
      await this.#submit();
      onNotice(
        `Submitted ${countText(this.#missing.size, "run")} to ${this.#server.address} as study ${this.#id}.`,
      );
      if (!signal.aborted) this.#listen();
    }
    let checked = performance.now() - CHECKS_EVERY + LOOKS_EVERY;
    while (this.#missing.size > 0 && !signal.aborted) {
      await this.#wait();
      await this.#collect();
      await this.#takeFailed();
      if (this.#missing.size > 0 && (await isCancelled(this.#server, this.#id))) {
        onNotice(`Study ${this.#id} was cancelled: ${countText(this.#missing.size, "run")} did not run.`);
        return;
      }
      if (performance.now() - checked < CHECKS_EVERY || this.#missing.size === 0 || signal.aborted) continue;
      checked = performance.now();
      await this.#resubmitLost();
      await this.#tellWhyNot();
    }
    signal.removeEventListener("abort", wake);
    await this.#end();
  }

  async #submit(): Promise<void> {
    const { question, profile } = this.#context;
    const cells = [...this.#missing.values()];
    await submit(this.#server, this.#id, question, cells, this.#options);
    await addCells(this.#server, this.#id, cells, profile);
  }

  #listen(): void {
    const events = this.#server.events(this.#id);
    events.on("completed", () => this.#wake.abort());
    events.on("failed", () => this.#wake.abort());
    events.on("progress", ({ jobId, data }) => {
      const cell = this.#missing.get(jobId);
      if (cell !== undefined) this.#epochs.push({ cell, epoch: data as unknown as EpochRecord });
      this.#wake.abort();
    });
  }

  /** Waits for an event, or a second. */
  async #wait(): Promise<void> {
    await sleep(FEWEST_BETWEEN_LOOKS);
    await sleep(LOOKS_EVERY, undefined, { signal: this.#wake.signal }).catch(() => {});
    if (!this.#context.signal.aborted) this.#wake = new AbortController();
  }

  async #collect(): Promise<void> {
    const { finish, refresh, hasFinished, onEpoch } = this.#context;
    for (const { cell, epoch } of this.#epochs.splice(0)) await onEpoch(cell, epoch);
    const keys = (await publishedKeys(this.#server, this.#id)).filter((key) => !this.#unkept.has(key));
    for (let start = 0; start < keys.length; start += AT_ONCE) {
      const kept: string[] = [];
      for (const key of keys.slice(start, start + AT_ONCE)) {
        const cell = this.#missing.get(key);
        const result = cell && (await published(this.#server, this.#id, key));
        if (cell === undefined || result === undefined) continue;
        this.#lastResult = performance.now();
        const isKept = await finish(cell, result);
        this.#missing.delete(key);
        if (isKept) kept.push(key);
        else this.#unkept.add(key);
      }
      await discard(this.#server, this.#id, kept);
    }
    await refresh();
    for (const [key, cell] of this.#missing) if (hasFinished(cell)) this.#missing.delete(key);
  }

  /** Takes over the cells that failed for good. */
  async #takeFailed(): Promise<void> {
    const queued = this.#server.queue(this.#id);
    for (const job of (await queued.getFailed(0, AT_ONCE - 1)) as (Job | undefined)[]) {
      const cell = job?.id === undefined ? undefined : this.#missing.get(job.id);
      if (job === undefined || cell === undefined) continue;
      this.#missing.delete(cell.key);
      const reason = job.failedReason;
      this.#context.fail(cell, reason);
      this.#context.onNotice(`${cell.planned.label} failed: ${reason}`);
      await job.remove().catch(() => {});
    }
  }

  /** Adds the cells again that the server has lost, such as those of its last second before it was killed. */
  async #resubmitLost(): Promise<void> {
    const queued = this.#server.queue(this.#id);
    const counts = Object.values(await queued.getJobCounts());
    const there =
      counts.reduce((sum, count) => sum + count, 0) + (await publishedKeys(this.#server, this.#id)).length;
    const isLost = !(await isRegistered(this.#server, this.#id)) || there < this.#missing.size;
    if (!isLost && performance.now() - this.#lastResult < DOUBTS_AFTER) return;
    this.#lastResult = performance.now();
    await this.#submit();
  }

  /** Says if no worker takes the cells, and why. */
  async #tellWhyNot(): Promise<void> {
    const workers = await listWorkers(this.#server);
    const why = [...new Set(workers.map(({ leaves }) => leaves[this.#id]))];
    if (why.includes(undefined) && workers.length > 0) return;
    const text =
      workers.length === 0
        ? `No worker is connected to ${this.#server.address}. Start some: optimbench worker`
        : `No worker takes the runs of study ${this.#id}: ${why.join("; ")}.`;
    if (this.#told.has(text)) return;
    this.#told.add(text);
    this.#context.onNotice(text);
  }

  async #end(): Promise<void> {
    const { signal, isKept, onNotice } = this.#context;
    if (this.#unkept.size > 0) return; // the same command collects them
    if (!signal.aborted) return removeStudy(this.#server, this.#id);
    if (!isKept || this.#options.cancelOnAbort) return cancelStudy(this.#server, this.#id);
    if (this.#missing.size > 0)
      onNotice(
        `${countText(this.#missing.size, "run")} of study ${this.#id} stay${this.#missing.size === 1 ? "s" : ""} in the queue, and workers go on. The same command collects the results; optimbench queue cancel ${this.#id} withdraws them.`,
      );
  }
}
