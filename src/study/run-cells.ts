import { setMaxListeners } from "node:events";
import { hostname } from "node:os";
import type { RunPlan } from "../config/run-plan.js";
import type { Dataset } from "../data/dataset.js";
import { OptimbenchError } from "../errors.js";
import { runInParallel } from "../system/run-in-parallel.js";
import type { RunRecord } from "../training/run-record.js";
import { type Run, trainPlan } from "../training/train.js";
import { countText } from "../validation/count-text.js";
import type { CompareCallbacks, PlannedRun } from "./callbacks.js";
import type { Question } from "./cell-lines.js";
import { equalStartCheck } from "./equal-start.js";
import type { Study } from "./study.js";
import type { StudyFolder } from "./study-folder.js";

/** A run of a study, with the key of its cell. */
export interface PlannedCell {
  readonly key: string;
  readonly planned: PlannedRun;
  readonly plan: RunPlan;
  readonly dataset: Dataset;
}

type Callbacks = Pick<CompareCallbacks, "onEpoch" | "onRun" | "onNotice" | "signal" | "profile">;

interface Setting extends Readonly<{ [Key in keyof Callbacks]: Callbacks[Key] | undefined }> {
  readonly question: Question;
  /** Where finished cells are kept; undefined for nowhere. */
  readonly store: StudyFolder | undefined;
  readonly atOnce: number;
}

/** Runs the cells that the store does not have, and returns the study of all finished ones, in the order of the plan. */
export async function runCells(cells: readonly PlannedCell[], setting: Setting): Promise<Study> {
  const { store, onEpoch, onRun, signal, profile = false } = setting;
  const { question } = store ?? setting;
  const results = new Results(question, cells, store);

  const failure = new AbortController();
  const ended = AbortSignal.any([failure.signal, ...(signal ? [signal] : [])]);
  setMaxListeners(0, ended); // each run in progress listens
  let recorded: Promise<void> = Promise.resolve();
  const record = async (cell: PlannedCell, run: Run, startedAt: string) => {
    results.add(cell, run.record);
    if (store && isFinished(run.record)) {
      const { environment } = setting.question;
      const { execution } = setting.question.config;
      const line = { key: cell.key, startedAt, host: hostname(), environment, execution, record: run.record };
      await noticing(() => store.add(line));
    }
    await onRun?.(run, results.study, cell.planned);
    await noticing(() => store?.save(results.study));
  };
  /** A failure to write is not the end, since the next write may succeed. After the last run, `finish` throws it. */
  const noticing = async (write: () => Promise<void> | undefined) => {
    try {
      await write();
    } catch (error) {
      if (!(error instanceof OptimbenchError)) throw error;
      if (ended.aborted || results.isComplete) return;
      setting.onNotice?.(
        `${error.message} The study continues, and the file is written again after the next run.`,
      );
    }
  };
  const work = async (cell: PlannedCell) => {
    if (ended.aborted) return;
    const startedAt = new Date().toISOString();
    const run = await trainPlan(cell.plan, cell.dataset, {
      onEpoch: (epoch) => onEpoch?.(epoch, cell.planned),
      signal: ended,
      profile,
    });
    const before = recorded;
    recorded = before.then(() => record(cell, run, startedAt)).finally(() => run.model.dispose());
    await recorded;
  };
  const unfinished = cells.filter(({ key }) => !store?.finished.has(key));
  const ready = cells.length - unfinished.length;
  if (ready > 0)
    setting.onNotice?.(
      `${ready} of ${countText(cells.length, "run")} finished earlier and do not run again.`,
    );
  try {
    await runInParallel(unfinished, setting.atOnce, work, () => failure.abort());
  } catch (error) {
    await store?.finish(results.study).catch((problem: Error) => setting.onNotice?.(problem.message));
    throw error;
  }
  await store?.finish(results.study);
  return results.study;
}

/** A diverged run is a result: it diverges again. A cancelled one is not. */
const isFinished = ({ status }: RunRecord): boolean => status !== "cancelled";

/** The records of a study, in the order of its plan. */
class Results {
  readonly study: Study;
  readonly #runs: RunRecord[] = [];
  readonly #records: (RunRecord | undefined)[];
  readonly #checkStart = equalStartCheck();

  constructor(
    { createdAt, environment, config }: Question,
    cells: readonly PlannedCell[],
    store: StudyFolder | undefined,
  ) {
    const kept = cells.map(({ key }) => store?.finished.get(key));
    // Times are not comparable if some runs were in parallel.
    const isParallel = kept.some((cell) => cell?.execution === "parallel");
    this.#records = kept.map((cell) => cell?.record);
    this.study = {
      schemaVersion: 1,
      createdAt,
      environment,
      config: isParallel ? { ...config, execution: "parallel" } : config,
      runs: this.#runs,
    };
    for (const record of this.#records) if (record) this.#checkStart(record);
    this.#list();
  }

  get isComplete(): boolean {
    return this.#runs.length === this.#records.length;
  }

  add({ planned }: PlannedCell, record: RunRecord): void {
    this.#records[planned.number - 1] = record;
    this.#list();
    this.#checkStart(record);
  }

  #list(): void {
    this.#runs.length = 0;
    for (const record of this.#records) if (record) this.#runs.push(record);
  }
}
