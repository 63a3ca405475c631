import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { ResolvedTrainConfig } from "../config/resolved-config.js";
import { defaultThreads } from "../config/threads.js";
import { OptimbenchError, reasonOf } from "../errors.js";
import { preloadNative } from "../native/addon.js";
import { sha256 } from "../study/cell.js";
import type { Cell } from "../study/cell-lines.js";
import { datasetKey } from "../study/dataset-key.js";
import { packageVersion } from "../system/package-root.js";
import { parse } from "../validation/parse.js";
import { ATTEMPTS, type CellJob, cellJobSchema, configText } from "./cell-job.js";
import { readConnection } from "./connection.js";
import { Insistence } from "./insistence.js";
import { line } from "./line-schema.js";
import { renewLock } from "./locks.js";
import { Rates } from "./rates.js";
import { isPublished, publish } from "./results.js";
import { runCell } from "./run-cell.js";
import { QueueServer } from "./server.js";
import { isServerProblem } from "./server-problem.js";
import { StudyData } from "./study-data.js";
import { listStudies } from "./study-entry.js";
import { StudyTakers } from "./study-takers.js";
import type { TakenCell } from "./taken-cell.js";
import { removeWorker, reportWorker } from "./worker-entry.js";
import { type ParsedWorkerOptions, type WorkerOptions, workerOptionsSchema } from "./worker-options.js";

const LOOKS_EVERY = 1000;
const SAYS_EVERY = 5000;
const PROGRESS_EVERY = 1000;

/**
 * Takes cells from the queues of a server and runs them, until the signal ends it.
 *
 * @param run what runs a cell; `bench/queue.mjs` simulates it
 * @throws OptimbenchError (CONFIG, FILE, QUEUE, LIBTORCH)
 */
export async function runWorker(given: WorkerOptions, isVisible = false, run = runCell): Promise<void> {
  const { connection, ...options } = parse(workerOptionsSchema, given, "options");
  const place = readConnection(connection, isVisible);
  await preloadNative();
  const { signal = new AbortController().signal, onNotice = () => {} } = options;
  const server = await QueueServer.open(place, { isPatient: true, onNotice, signal });
  try {
    if (!signal.aborted) for (const risk of await server.risks()) onNotice(risk);
    if (!signal.aborted) await new WorkerLoop(server, { ...options, signal, onNotice, run }).run();
  } finally {
    await server.close();
  }
}

type Options = Omit<ParsedWorkerOptions, "connection"> & {
  readonly signal: AbortSignal;
  readonly onNotice: (text: string) => void;
  readonly run: typeof runCell;
};

/** A cell in progress. */
interface Task extends TakenCell {
  readonly data: CellJob;
  readonly start: number;
  readonly controller: AbortController;
  /** Whether another worker may run it, too, because this one was cut off. It goes on: the first result counts. */
  isLost: boolean;
}

class WorkerLoop {
  readonly #server: QueueServer;
  readonly #options: Options;
  readonly #host = hostname();
  readonly #id: string;
  readonly #takers: StudyTakers;
  readonly #data: StudyData;
  readonly #tasks = new Set<Task>();
  readonly #rates = new Rates();
  readonly #ended = new AbortController();
  #finished = 0;
  readonly #insistence: Insistence;
  #said = Number.NEGATIVE_INFINITY;
  /** The studies that it said that it serves. */
  #serves = "";
  #renewed = performance.now();

  constructor(server: QueueServer, options: Options) {
    this.#server = server;
    this.#options = options;
    this.#id = `${this.#host}:${process.pid}:${sha256(`${performance.timeOrigin} ${Math.random()}`).slice(0, 6)}`;
    this.#data = new StudyData(server);
    const { onNotice, lockSeconds } = options;
    this.#insistence = new Insistence(server, onNotice, this.#ended.signal);
    this.#takers = new StudyTakers(server, this.#data, {
      lockMilliseconds: 1000 * lockSeconds,
      name: this.#id,
      host: this.#host,
      onNotice,
    });
  }

  async run(): Promise<void> {
    const { signal, concurrency } = this.#options;
    const stop = () => this.#ended.abort();
    signal.addEventListener("abort", stop);
    const loops = [this.#look(), ...Array.from({ length: concurrency }, () => this.#takeCells())];
    for (const loop of loops) loop.catch(stop);
    const ends = await Promise.allSettled(loops);
    signal.removeEventListener("abort", stop);
    await removeWorker(this.#server, this.#id).catch(() => {}); // others notice that it is silent
    for (const end of ends) if (end.status === "rejected" && !isServerProblem(end.reason)) throw end.reason;
  }

  /** Looks at the studies every second, renews the locks of cells in progress, and says what this worker does. */
  async #look(): Promise<void> {
    while (!this.#ended.signal.aborted) {
      await this.#insistence.insist(async () => {
        if (performance.now() - this.#renewed >= (1000 * this.#options.lockSeconds) / 3) await this.#renew();
        const studies = await listStudies(this.#server);
        this.#takers.update(studies);
        const there = new Set(studies.map(({ id }) => id));
        for (const { entry, controller } of this.#tasks) if (!there.has(entry.id)) controller.abort();
        if (performance.now() - this.#said >= SAYS_EVERY || this.#takers.serves.join() !== this.#serves)
          await this.#say();
      });
      await this.#sleep(Math.min(LOOKS_EVERY, 250 * this.#options.lockSeconds));
    }
  }

  #sleep(milliseconds: number): Promise<void> {
    return sleep(milliseconds, undefined, { signal: this.#ended.signal }).catch(() => {});
  }

  async #renew(): Promise<void> {
    const now = performance.now();
    for (const task of this.#tasks)
      if (!task.isLost)
        task.isLost = !(await renewLock(this.#server, task, 1000 * this.#options.lockSeconds));
    this.#renewed = now;
  }

  async #say(): Promise<void> {
    const now = performance.now();
    const { leaves, serves } = this.#takers;
    const entry = {
      id: this.#id,
      host: this.#host,
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
      leaves,
    };
    await reportWorker(this.#server, entry, serves);
    this.#serves = serves.join();
    this.#said = now;
  }

  async #takeCells(): Promise<void> {
    while (!this.#ended.signal.aborted) {
      const taken = await this.#insistence.insist(() => this.#takers.take());
      if (taken === undefined) await this.#sleep(LOOKS_EVERY * (0.5 + Math.random() / 2));
      else await this.#work(taken);
    }
  }

  /** Runs a cell that was taken. Nothing about it ends the worker. */
  async #work(taken: TakenCell): Promise<void> {
    const { job, token } = taken;
    const controller = new AbortController();
    const stop = () => controller.abort();
    this.#ended.signal.addEventListener("abort", stop);
    try {
      const isDone = await this.#run(taken, controller);
      if (isDone) await this.#insistence.insist(() => complete(taken));
      else if (this.#ended.signal.aborted) await job.moveToWait(token).catch(ignoreLostLock);
    } catch (error) {
      if (!isServerProblem(error)) await this.#fail(taken, error); // otherwise, the worker ends without the server
    } finally {
      this.#ended.signal.removeEventListener("abort", stop);
    }
  }

  async #fail({ job, token, entry }: TakenCell, cause: unknown): Promise<void> {
    const isFinal = cause instanceof FinalFailure || job.attemptsMade + 1 >= ATTEMPTS;
    const reason = line(`${reasonOf(cause)}${cause instanceof FinalFailure ? "" : ` (on ${this.#host})`}`);
    this.#options.onNotice(`A run of study ${entry.id} failed: ${reason}`);
    const { failedOn = [] } = cellJobSchema.safeParse(job.data).data ?? {};
    const again = { ...job.data, failedOn: [...new Set([...failedOn, this.#host])] };
    if (!isFinal) await this.#insistence.insist(() => job.updateData(again).catch(ignoreLostLock));
    // BullMQ tries a job again unless its error has this name.
    const error = Object.assign(new Error(reason), { name: isFinal ? "UnrecoverableError" : "Error" });
    await this.#insistence.insist(() => job.moveToFailed(error, token, false).catch(ignoreLostLock));
    if (failedOn.length === 0 && mayBeLocal(cause)) await this.#takers.failed(entry, reason);
  }

  /** @returns whether the cell finished, here or elsewhere; false if it was ended */
  async #run(taken: TakenCell, controller: AbortController): Promise<boolean> {
    const { entry, job } = taken;
    const data = cellJobSchema.safeParse(job.data).data;
    const key = job.id ?? "";
    if (data === undefined || !KEY.test(key)) throw new FinalFailure("It is not a run.");
    if (await this.#insistence.insist(() => isPublished(this.#server, entry.id, key))) return true;
    if (job.deferredFailure) throw new FinalFailure(SET_ASIDE);
    const start = performance.now();
    const task: Task = { ...taken, data, start, controller, isLost: false };
    this.#tasks.add(task);
    try {
      const cell = await this.#train(task, key);
      if (cell === undefined) return false;
      await this.#insistence.insist(() => publish(this.#server, entry.id, cell));
    } finally {
      this.#tasks.delete(task);
    }
    this.#finished++;
    this.#rates.add(entry.id);
    this.#takers.succeeded(entry);
    this.#options.onCell?.({
      study: entry.id,
      label: data.label,
      seconds: (performance.now() - start) / 1000,
    });
    return true;
  }

  async #train({ entry, data, job, controller }: Task, key: string): Promise<Cell | undefined> {
    const { concurrency, folder, onNotice, run } = this.#options;
    const { threads = Math.max(1, Math.floor(defaultThreads() / concurrency)) } = this.#options;
    const text = await this.#insistence.insist(() => configText(this.#server, entry.id, data));
    if (text === undefined) return undefined;
    const config = { ...JSON.parse(text), seed: data.seed } as ResolvedTrainConfig;
    const needed = entry.datasets[datasetKey(config)];
    if (needed === undefined)
      throw new OptimbenchError(
        "DATA",
        `The study's entry on the server has no dataset "${config.dataset}". Run the command of the study again.`,
      );
    let told = Number.NEGATIVE_INFINITY;
    const dataset = await this.#insistence.insist(() => this.#data.of(needed));
    if (controller.signal.aborted) return undefined;
    return run(key, config, dataset, {
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

const KEY = /^[0-9a-f]{64}$/;

/** A failure that would repeat itself. */
class FinalFailure extends Error {}

/** Whether a failure may be of this machine, such as of its disk, and not of the run, which would fail anywhere. */
const mayBeLocal = (cause: unknown): boolean =>
  !(cause instanceof FinalFailure) && !(cause instanceof OptimbenchError && OF_RUNS.has(cause.code));
const OF_RUNS: ReadonlySet<string> = new Set(["CONFIG", "FORMULA", "QUEUE"]);

const SET_ASIDE = "Two workers ended while they ran it, so it was set aside.";

/** Takes a finished cell out of the queue. Without its lock, it may wait for another worker there. */
const complete = ({ job, token }: TakenCell): Promise<unknown> =>
  job
    .moveToCompleted(null, token, false)
    .catch((error) => {
      if (isServerProblem(error)) throw error;
      return job.remove();
    })
    .catch(ignoreLostLock);

/** Whoever has the lock of a cell now finishes it. The study may also be gone. */
function ignoreLostLock(error: unknown): void {
  if (isServerProblem(error)) throw error;
}
