import { readOptionsOf } from "../data/read-options.js";
import { datasetKey } from "../study/dataset-key.js";
import type { ExecutorContext } from "../study/executor.js";
import type { PlannedCell } from "../study/planned-cell.js";
import { packageVersion } from "../system/package-root.js";
import { listText } from "../validation/list-text.js";
import { addCells } from "./cell-job.js";
import { line } from "./line-schema.js";
import { publishedKeys } from "./results.js";
import { isSent, sendDataset } from "./sent-data.js";
import type { QueueServer } from "./server.js";
import {
  isRegistered,
  registerStudy,
  type SentDataset,
  type StudyEntry,
  updateStudy,
} from "./study-entry.js";

export interface SubmitOptions {
  readonly priority: number;
  readonly allow: StudyEntry["allow"];
  readonly sendData: boolean;
  /** The most cells that wait on the server at a time. */
  readonly mostWaiting: number;
}

type Context = Pick<ExecutorContext, "question" | "profile" | "refresh" | "hasFinished">;

/** Submits the cells of a study, so many at a time that few wait on the server. */
export class Submission {
  readonly #server: QueueServer;
  readonly #id: string;
  readonly #context: Context;
  readonly #options: SubmitOptions;
  /** The cells without a result, by key. Whoever collects results removes them. */
  readonly #missing: ReadonlyMap<string, PlannedCell>;
  readonly #cells: readonly PlannedCell[];
  /** The number of cells, in their order, that were submitted or need not be. */
  #done = 0;
  #entry: StudyEntry | undefined;

  constructor(
    server: QueueServer,
    id: string,
    missing: ReadonlyMap<string, PlannedCell>,
    context: Context,
    options: SubmitOptions,
  ) {
    this.#server = server;
    this.#id = id;
    this.#missing = missing;
    this.#cells = [...missing.values()];
    this.#context = context;
    this.#options = options;
  }

  /** The number of cells that are to be submitted later. */
  get left(): number {
    return this.#missingOf(this.#cells.slice(this.#done)).length;
  }

  /** Makes the study known to workers, sends its datasets if they are to go through the server, and submits the first cells. */
  async begin(): Promise<void> {
    this.#entry = await this.#entryOf([...this.#missing.values()]);
    await registerStudy(this.#server, this.#entry);
    await this.fill();
  }

  /** Submits more cells if few wait. */
  async fill(): Promise<void> {
    if (this.#done === this.#cells.length) return;
    const { mostWaiting } = this.#options;
    const waiting = await this.#server.queue(this.#id).getWaitingCount();
    if (waiting > mostWaiting / 2) return;
    const next: PlannedCell[] = [];
    let done = this.#done;
    for (; done < this.#cells.length && next.length < mostWaiting - waiting; done++)
      next.push(...this.#missingOf([this.#cells[done]!]));
    await this.add(next);
    this.#done = done;
    if (this.#entry !== undefined) await updateStudy(this.#server, { ...this.#entry, left: this.left });
  }

  /** Submits cells, unless the server has them. */
  async add(cells: readonly PlannedCell[]): Promise<void> {
    if (cells.length > 0) await addCells(this.#server, this.#id, cells, this.#context.profile);
  }

  /** Submits again what the server has lost, such as the last second before it was killed. */
  async restore(): Promise<void> {
    const data = this.#options.sendData ? Object.values(this.#context.question.datasets) : [];
    const isDataThere = await Promise.all(data.map((sum) => isSent(this.#server, sum)));
    if (!isDataThere.every(Boolean) || !(await isRegistered(this.#server, this.#id))) await this.begin();
    await this.add(await this.#lost());
  }

  async #lost(): Promise<readonly PlannedCell[]> {
    const submitted = this.#missingOf(this.#cells.slice(0, this.#done));
    const queue = this.#server.queue(this.#id);
    const places = submitted.map(({ key }) => ["exists", queue.toKey(key)]);
    const answers = (await this.#server.redis.pipeline(places).exec()) ?? [];
    const published = new Set(await publishedKeys(this.#server, this.#id)); // later: a cell leaves the queue for here
    const lost = submitted.filter(({ key }, i) => answers[i]?.[1] !== 1 && !published.has(key));
    if (lost.length > 0) await this.#context.refresh(); // another process may have collected some meanwhile
    return lost.filter((cell) => !this.#context.hasFinished(cell));
  }

  #missingOf(cells: readonly PlannedCell[]): PlannedCell[] {
    return cells.filter(({ key }) => this.#missing.has(key));
  }

  async #entryOf(cells: readonly PlannedCell[]): Promise<StudyEntry> {
    const { config, datasets, numerics } = this.#context.question;
    const { priority, allow, sendData } = this.#options;
    const sent: Record<string, SentDataset> = {};
    for (const { plan, dataset } of cells) {
      const key = datasetKey(plan.config);
      const sha256 = datasets[key];
      if (sent[key] !== undefined || sha256 === undefined) continue;
      if (sendData) await sendDataset(this.#server, sha256, dataset);
      const { dataDir, dataset: name } = plan.config;
      const source = {
        dataset: name,
        ...(dataDir !== undefined && { dataDir }),
        ...readOptionsOf(plan.config),
      };
      sent[key] = { sha256, isSent: sendData, source };
    }
    const weights = new Map(
      cells.flatMap(({ plan: { config } }) =>
        config.initialWeights === undefined
          ? []
          : [[config.initialWeights.from, config.initialWeights.sha256]],
      ),
    );
    const arms = [...new Set(cells.map(({ planned }) => planned.arm))];
    return {
      id: this.#id,
      title: line(`${config.question ?? "comparison"} of ${listText(arms)}`),
      priority,
      cells: cells.length,
      left: this.left,
      submittedAt: await this.#server.now(),
      optimbench: packageVersion,
      numerics,
      devices: [...new Set(cells.map(({ plan }) => plan.config.device))],
      datasets: sent,
      weights: [...weights].map(([from, sha256]) => ({ from, sha256 })),
      allow,
    };
  }
}
