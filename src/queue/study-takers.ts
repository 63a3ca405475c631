import type { Job, Worker } from "bullmq";
import { reasonOf } from "../errors.js";
import { nativeInfo } from "../native/addon.js";
import { loadWeights } from "../training/weights/load-weights.js";
import { whyNotHere } from "./compatibility.js";
import { line } from "./line-schema.js";
import { removeTaken } from "./locks.js";
import { hasNext } from "./next-cell.js";
import type { QueueServer } from "./server.js";
import { isServerProblem } from "./server-problem.js";
import type { StudyData } from "./study-data.js";
import type { StudyEntry } from "./study-entry.js";
import type { TakenCell } from "./taken-cell.js";
import { isServed } from "./worker-entry.js";

interface Options {
  readonly lockMilliseconds: number;
  readonly name: string;
  readonly host: string;
  readonly onNotice: (text: string) => void;
}

/** How often a study that a worker leaves to others is looked at again: its data may have appeared. */
const LOOK_AGAIN_AFTER = 60_000;

/** After so many runs in a row that fail here, and on no other host before, the study is left to others. */
const MOST_FAILURES = 3;

/** The studies that a worker serves, and those that it leaves to others. */
export class StudyTakers {
  readonly #server: QueueServer;
  readonly #data: StudyData;
  readonly #options: Options;
  readonly #served = new Map<string, { entry: StudyEntry; readonly taker: Worker }>();
  readonly #left = new Map<string, { readonly why: string; readonly until: number }>();
  readonly #examined = new Set<string>();
  /** How many runs of a study failed here in a row. */
  readonly #failures = new Map<string, number>();
  #turn = 0;
  #tokens = 0;

  constructor(server: QueueServer, data: StudyData, options: Options) {
    this.#server = server;
    this.#data = data;
    this.#options = options;
  }

  /** Why studies are left to others, by their id. */
  get leaves(): Record<string, string> {
    return Object.fromEntries([...this.#left].map(([id, { why }]) => [id, why]));
  }

  /** The studies whose cells it takes. */
  get serves(): string[] {
    return [...this.#served.keys()].filter((id) => !this.#left.has(id));
  }

  /** Takes note of the studies that the server has now. */
  update(entries: readonly StudyEntry[]): void {
    const there = new Set(entries.map(({ id }) => id));
    for (const [id, { taker }] of this.#served) {
      if (there.has(id)) continue;
      this.#served.delete(id);
      void taker.close(true).catch(() => {});
    }
    for (const each of [this.#left, this.#failures])
      for (const id of each.keys()) if (!there.has(id)) each.delete(id);
    this.#data.keepOnly(entries);
    for (const entry of entries) {
      const served = this.#served.get(entry.id);
      if (served !== undefined) served.entry = entry;
      if (performance.now() < (this.#left.get(entry.id)?.until ?? 0)) continue;
      if (served === undefined) void this.#examine(entry);
      else this.#left.delete(entry.id);
    }
  }

  /** Takes a cell of the most urgent study that has one. Studies of one priority take turns. */
  async take(): Promise<TakenCell | undefined> {
    const served = [...this.#served.values()].filter(({ entry }) => !this.#left.has(entry.id));
    const turn = this.#turn++;
    const inTurn = served
      .map((each, i) => ({ ...each, place: (i + turn) % served.length }))
      .sort((a, b) => b.entry.priority - a.entry.priority || a.place - b.place);
    for (const { entry, taker } of inTurn) {
      if (!(await hasNext(this.#server, { id: entry.id, taker }, this.#options.host))) continue;
      const token = `${this.#options.name}:${this.#tokens++}`;
      const job = await this.#next({ entry, taker, token });
      if (job) return { entry, job, taker, token };
    }
    return undefined;
  }

  /** Takes note of a run that finished. */
  succeeded({ id }: StudyEntry): void {
    this.#failures.delete(id);
  }

  /**
   * Takes note of a run that failed here, and on no other host before. The cause may be this machine, such as its full disk, so the
   * study is left to others after some in a row.
   */
  async failed(entry: StudyEntry, why: string): Promise<void> {
    const failures = (this.#failures.get(entry.id) ?? 0) + 1;
    this.#failures.set(entry.id, failures);
    if (failures < MOST_FAILURES) return;
    const hasOthers = await isServed(this.#server, entry.id, this.#options.host).catch(() => false);
    if (hasOthers)
      this.#leave(entry, line(`the last ${failures} runs failed here: ${why.replace(/\.$/, "")}`));
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
