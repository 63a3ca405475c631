import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { ResolvedTrainConfig } from "../config/resolved-config.js";
import { threadsSchema } from "../config/threads.js";
import { OptimbenchError } from "../errors.js";
import { preloadNative } from "../native/addon.js";
import { sha256 } from "../study/cell.js";
import type { Cell } from "../study/cell-lines.js";
import { datasetKey } from "../study/dataset-key.js";
import { packageVersion } from "../system/package-root.js";
import { callbackSchema, signalSchema } from "../validation/callbacks.js";
import { parse } from "../validation/parse.js";
import { pathSchema } from "../validation/path-schema.js";
import { type CellJob, cellJobSchema, configText } from "./cell-job.js";
import { type ConnectionSettings, connectionSchema, readConnection } from "./connection.js";
import { Rates } from "./rates.js";
import { isPublished, publish } from "./results.js";
import { runCell } from "./run-cell.js";
import { QueueServer } from "./server.js";
import { StudyData } from "./study-data.js";
import { listStudies } from "./study-entry.js";
import { StudyTakers, type Taken } from "./study-takers.js";
import { removeWorker, reportWorker } from "./worker-entry.js";

/** How a worker takes cells. */
export interface WorkerOptions {
  /** The server. Default: OPTIMBENCH_QUEUE. */
  readonly connection?: string | ConnectionSettings;
  /** Number of cells that run at the same time. Times are comparable only if it is 1. Default: 1. */
  readonly concurrency?: number;
  /** CPU threads of each cell. Default: those that the study asks for, at most the cores of this machine. */
  readonly threads?: number;
  /** How long this worker may be silent, in seconds, before its cells start again elsewhere. Default: 30. */
  readonly lockSeconds?: number;
  /** A folder for checkpoints of long cells, which several workers may share: a cell that starts again goes on from its checkpoint. */
  readonly folder?: string;
  /** Ends the worker. Cells in progress go back to the queue. */
  readonly signal?: AbortSignal;
  /** Called with sentences for a person. */
  readonly onNotice?: (text: string) => void;
  /** Called after each cell that finished here. */
  readonly onCell?: (cell: {
    readonly study: string;
    readonly label: string;
    readonly seconds: number;
  }) => void;
}

const optionsSchema = z.strictObject({
  connection: connectionSchema.optional(),
  concurrency: z.int().min(1).max(1024).default(1),
  threads: threadsSchema.optional(),
  lockSeconds: z.number().min(1).max(3600).default(30),
  folder: pathSchema.optional(),
  signal: signalSchema.optional(),
  onNotice: callbackSchema<NonNullable<WorkerOptions["onNotice"]>>().optional(),
  onCell: callbackSchema<NonNullable<WorkerOptions["onCell"]>>().optional(),
});

const LOOKS_EVERY = 1000;
const SAYS_EVERY = 5000;
const PROGRESS_EVERY = 1000;

/**
 * Takes cells from the queues of a server and runs them, until the signal ends it.
 *
 * @throws OptimbenchError (CONFIG, FILE, QUEUE, LIBTORCH)
 */
export async function runWorker(given: WorkerOptions, isVisible = false): Promise<void> {
  const { connection, ...options } = parse(optionsSchema, given, "options");
  const place = readConnection(connection, isVisible);
  await preloadNative();
  const { signal = new AbortController().signal, onNotice = () => {} } = options;
  const server = await QueueServer.open(place, { isPatient: true, onNotice, signal });
  try {
    if (!signal.aborted) await new WorkerLoop(server, { ...options, signal, onNotice }).run();
  } finally {
    await server.close();
  }
}

type Options = Omit<z.output<typeof optionsSchema>, "connection"> & {
  readonly signal: AbortSignal;
  readonly onNotice: (text: string) => void;
};

/** A cell in progress. */
interface Task extends Taken {
  readonly data: CellJob;
  readonly start: number;
  readonly controller: AbortController;
}

class WorkerLoop {
  readonly #server: QueueServer;
  readonly #options: Options;
  readonly #id: string;
  readonly #takers: StudyTakers;
  readonly #data: StudyData;
  readonly #tasks = new Set<Task>();
  readonly #rates = new Rates();
  #finished = 0;
  #said = Number.NEGATIVE_INFINITY;
  #renewed = performance.now();

  constructor(server: QueueServer, options: Options) {
    this.#server = server;
    this.#options = options;
    this.#id = `${hostname()}:${process.pid}:${sha256(`${performance.timeOrigin} ${Math.random()}`).slice(0, 6)}`;
    this.#data = new StudyData(server);
    const { onNotice, lockSeconds } = options;
    this.#takers = new StudyTakers(server, this.#data, {
      lockMilliseconds: 1000 * lockSeconds,
      name: this.#id,
      onNotice,
    });
  }

  async run(): Promise<void> {
    const { signal, concurrency, onNotice } = this.#options;
    const ended = new AbortController();
    const stop = () => ended.abort();
    signal.addEventListener("abort", stop);
    const looking = this.#look(ended.signal);
    try {
      await Promise.all(Array.from({ length: concurrency }, () => this.#takeCells(ended.signal)));
    } finally {
      signal.removeEventListener("abort", stop);
      ended.abort();
      await looking.catch((error) => onNotice(String(error)));
      await removeWorker(this.#server, this.#id);
    }
  }

  /** Looks at the studies every second, renews the locks of cells in progress, and says what this worker does. */
  async #look(ended: AbortSignal): Promise<void> {
    while (!ended.aborted) {
      const studies = await listStudies(this.#server);
      this.#takers.update(studies);
      const there = new Set(studies.map(({ id }) => id));
      for (const { entry, controller } of this.#tasks) if (!there.has(entry.id)) controller.abort();
      if (performance.now() - this.#renewed >= (1000 * this.#options.lockSeconds) / 3) await this.#renew();
      if (performance.now() - this.#said >= SAYS_EVERY) await this.#say();
      const often = Math.min(LOOKS_EVERY, 250 * this.#options.lockSeconds);
      await sleep(often, undefined, { signal: ended }).catch(() => {});
    }
  }

  async #renew(): Promise<void> {
    this.#renewed = performance.now();
    for (const { taker, job, token } of this.#tasks)
      await taker.extendJobLocks([job.id!], [token], 1000 * this.#options.lockSeconds);
  }

  async #say(): Promise<void> {
    this.#said = performance.now();
    await reportWorker(this.#server, {
      id: this.#id,
      host: hostname(),
      pid: process.pid,
      optimbench: packageVersion,
      concurrency: this.#options.concurrency,
      finished: this.#finished,
      rates: this.#rates.perMinute(),
      cells: [...this.#tasks].map(({ entry, data, start }) => ({
        study: entry.id,
        label: data.label,
        seconds: Math.round((performance.now() - start) / 1000),
      })),
      leaves: this.#takers.leaves,
    });
  }

  async #takeCells(ended: AbortSignal): Promise<void> {
    while (!ended.aborted) {
      const taken = await this.#takers.take();
      if (taken === undefined)
        await sleep(LOOKS_EVERY * (0.5 + Math.random() / 2), undefined, { signal: ended }).catch(() => {});
      else await this.#work(taken, ended);
    }
  }

  /** Runs a cell that was taken. Nothing about it ends the worker. */
  async #work(taken: Taken, ended: AbortSignal): Promise<void> {
    const { job, token } = taken;
    const controller = new AbortController();
    const stop = () => controller.abort();
    ended.addEventListener("abort", stop);
    try {
      if (job.deferredFailure) return await this.#fail(taken, SET_ASIDE, "UnrecoverableError");
      const isDone = await this.#run(taken, controller);
      if (isDone) await job.moveToCompleted(null, token, false).catch(ignoreLostLock);
      else if (ended.aborted) await job.moveToWait(token).catch(ignoreLostLock);
    } catch (error) {
      await this.#fail(taken, `${error instanceof Error ? error.message : String(error)} (on ${hostname()})`);
    } finally {
      ended.removeEventListener("abort", stop);
    }
  }

  /** @param name BullMQ tries a job again unless its error has the name UnrecoverableError */
  async #fail({ job, token, entry }: Taken, reason: string, name = "Error"): Promise<void> {
    this.#options.onNotice(`A run of study ${entry.id} failed: ${reason}`);
    const error = Object.assign(new Error(reason), { name });
    await job.moveToFailed(error, token, false).catch(ignoreLostLock);
  }

  /** @returns whether the cell finished, here or elsewhere; false if it was ended */
  async #run(taken: Taken, controller: AbortController): Promise<boolean> {
    const { entry, job } = taken;
    const data = cellJobSchema.parse(job.data);
    const key = job.id!;
    if (await isPublished(this.#server, entry.id, key)) return true;
    const start = performance.now();
    const task = { ...taken, data, start, controller };
    this.#tasks.add(task);
    try {
      const cell = await this.#train(task, key);
      if (cell === undefined) return false;
      await publish(this.#server, entry.id, cell);
    } finally {
      this.#tasks.delete(task);
    }
    this.#finished++;
    this.#rates.add(entry.id);
    this.#options.onCell?.({
      study: entry.id,
      label: data.label,
      seconds: (performance.now() - start) / 1000,
    });
    return true;
  }

  async #train({ entry, data, job, controller }: Task, key: string): Promise<Cell | undefined> {
    const { threads, concurrency, folder, onNotice } = this.#options;
    const text = await configText(this.#server, entry.id, data);
    if (text === undefined) return undefined;
    const config = { ...JSON.parse(text), seed: data.seed } as ResolvedTrainConfig;
    const needed = entry.datasets[datasetKey(config)];
    if (needed === undefined)
      throw new OptimbenchError("DATA", `The study has no dataset ${config.dataset}.`);
    let told = Number.NEGATIVE_INFINITY;
    return runCell(key, config, await this.#data.of(needed), {
      threads,
      folder,
      isAlone: concurrency === 1,
      profile: data.profile ?? false,
      onNotice,
      signal: controller.signal,
      onEpoch(epoch) {
        if (performance.now() - told < PROGRESS_EVERY) return;
        told = performance.now();
        void job.updateProgress(epoch).catch(() => {});
      },
    });
  }
}

const SET_ASIDE = "Two workers ended while they ran it, so it was set aside.";

/** Whoever has the lock of a cell now finishes it. The study may also be gone. */
const ignoreLostLock = () => {};
