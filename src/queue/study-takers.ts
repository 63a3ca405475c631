import type { Job, Worker } from "bullmq";
import { reasonOf } from "../errors.js";
import { nativeInfo } from "../native/addon.js";
import { loadWeights } from "../training/weights/load-weights.js";
import { whyNotHere } from "./compatibility.js";
import { line } from "./line-schema.js";
import { removeTaken } from "./locks.js";
import type { QueueServer } from "./server.js";
import { isServerProblem } from "./server-problem.js";
import type { StudyData } from "./study-data.js";
import type { StudyEntry } from "./study-entry.js";
import type { TakenCell } from "./taken-cell.js";

/** How often a study that a worker leaves to others is looked at again: its data may have appeared. */
const LOOK_AGAIN_AFTER = 60_000;

/** The studies that a worker serves, and those that it leaves to others. */
export class StudyTakers {
  readonly #server: QueueServer;
  readonly #data: StudyData;
  readonly #options: {
    readonly lockMilliseconds: number;
    readonly name: string;
    readonly onNotice: (text: string) => void;
  };
  readonly #served = new Map<string, { entry: StudyEntry; readonly taker: Worker }>();
  readonly #left = new Map<string, { readonly why: string; readonly until: number }>();
  readonly #examined = new Set<string>();
  #turn = 0;
  #tokens = 0;

  constructor(
    server: QueueServer,
    data: StudyData,
    options: {
      readonly lockMilliseconds: number;
      readonly name: string;
      readonly onNotice: (text: string) => void;
    },
  ) {
    this.#server = server;
    this.#data = data;
    this.#options = options;
  }

  /** Why studies are left to others, by their id. */
  get leaves(): Record<string, string> {
    return Object.fromEntries([...this.#left].map(([id, { why }]) => [id, why]));
  }

  /** Takes note of the studies that the server has now. */
  update(entries: readonly StudyEntry[]): void {
    const there = new Set(entries.map(({ id }) => id));
    for (const [id, { taker }] of this.#served) {
      if (there.has(id)) continue;
      this.#served.delete(id);
      void taker.close(true).catch(() => {});
    }
    for (const id of this.#left.keys()) if (!there.has(id)) this.#left.delete(id);
    this.#data.keepOnly(entries);
    for (const entry of entries) {
      const served = this.#served.get(entry.id);
      if (served !== undefined) served.entry = entry;
      else if (performance.now() >= (this.#left.get(entry.id)?.until ?? 0)) void this.#examine(entry);
    }
  }

  /** Takes a cell of the most urgent study that has one. Studies of one priority take turns. */
  async take(): Promise<TakenCell | undefined> {
    const served = [...this.#served.values()];
    const turn = this.#turn++;
    const inTurn = served
      .map((each, i) => ({ ...each, place: (i + turn) % served.length }))
      .sort((a, b) => b.entry.priority - a.entry.priority || a.place - b.place);
    for (const { entry, taker } of inTurn) {
      const token = `${this.#options.name}:${this.#tokens++}`;
      const job = await this.#next({ entry, taker, token });
      if (job) return { entry, job, taker, token };
    }
    return undefined;
  }

  /** Takes the next cell of a study. What is no job is removed. */
  async #next({ entry, taker, token }: Omit<TakenCell, "job">): Promise<Job | undefined> {
    try {
      return (await taker.getNextJob(token, { block: false })) ?? undefined;
    } catch (error) {
      if (isServerProblem(error)) throw error;
      await removeTaken(this.#server, { taker, token });
      this.#options.onNotice(
        `Removed a job of study ${entry.id} that cannot be read: ${line(reasonOf(error))}.`,
      );
      return undefined;
    }
  }

  /** Finds out whether this machine can run the cells of a study. */
  async #examine(entry: StudyEntry): Promise<void> {
    if (this.#examined.has(entry.id)) return;
    this.#examined.add(entry.id);
    try {
      const why = whyNotHere(entry, nativeInfo()) ?? (await this.#whyNoData(entry));
      if (why === undefined) await this.#serve(entry);
      else this.#leave(entry, line(why));
    } catch (error) {
      if (!isServerProblem(error)) this.#leave(entry, line(reasonOf(error))); // otherwise, it is examined again
    } finally {
      this.#examined.delete(entry.id);
    }
  }

  async #serve(entry: StudyEntry): Promise<void> {
    const { lockMilliseconds, name } = this.#options;
    const taker = this.#server.taker(entry.id, lockMilliseconds, name);
    await taker.startStalledCheckTimer();
    this.#left.delete(entry.id);
    this.#served.set(entry.id, { entry, taker });
  }

  #leave({ id, title }: StudyEntry, why: string): void {
    if (this.#left.get(id)?.why !== why)
      this.#options.onNotice(`Leaves study ${id} (${title}) to other workers: ${why}.`);
    this.#left.set(id, { why, until: performance.now() + LOOK_AGAIN_AFTER });
  }

  async #whyNoData({ datasets, weights }: StudyEntry): Promise<string | undefined> {
    try {
      for (const dataset of Object.values(datasets)) await this.#data.of(dataset);
      for (const file of weights) await loadWeights(file);
      return undefined;
    } catch (error) {
      if (isServerProblem(error)) throw error;
      return reasonOf(error).replace(/\.$/, "");
    }
  }
}
