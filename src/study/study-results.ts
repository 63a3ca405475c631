import { type ArmConfig, armConfigs } from "../config/resolved-study.js";
import type { RunRecord } from "../training/run-record.js";
import type { Cell, Question } from "./cell-lines.js";
import { equalStartCheck } from "./equal-start.js";
import { machinesOf, ranAlone } from "./machines.js";
import type { PlannedCell } from "./planned-cell.js";
import type { FailedRun, Study } from "./study.generated.js";
import { withNames } from "./with-names.js";

/** A cell of the plan. */
interface Place {
  readonly key: string;
  /** Its place in the plan, from 0. */
  readonly index: number;
}

/** A run that did not run here. */
export interface TakenOver {
  readonly index: number;
  readonly record: RunRecord;
}

/** The records of a study as they become known, in the order of its plan. */
export class StudyResults {
  /** The study so far. Its list of runs grows. */
  readonly study: Study;
  readonly #arms: readonly ArmConfig[];
  readonly #cells: readonly Place[];
  readonly #store: { readonly finished: ReadonlyMap<string, Cell> } | undefined;
  readonly #runs: RunRecord[] = [];
  readonly #records: (RunRecord | undefined)[] = [];
  readonly #failed = new Map<number, FailedRun>();
  readonly #checkStart = equalStartCheck();

  constructor(
    { createdAt, environment, config, datasets }: Question,
    cells: readonly Place[],
    store: { readonly finished: ReadonlyMap<string, Cell> } | undefined,
  ) {
    this.#arms = armConfigs(config);
    this.#cells = cells;
    this.#store = store;
    this.study = { schemaVersion: 1, createdAt, environment, config, datasets, runs: this.#runs };
  }

  get isComplete(): boolean {
    return this.#runs.length === this.#cells.length;
  }

  /** The study at its end. Its execution is "parallel" if the times of its runs are not comparable. */
  get finalStudy(): Study {
    const { config, environment } = this.study;
    const asked = new Set(this.#cells.map(({ key }) => key));
    const cells = [...(this.#store?.finished.values() ?? [])].filter(({ key }) => asked.has(key));
    const { machines, numbers } = machinesOf(cells);
    const failed = [...this.#failed].sort(([a], [b]) => a - b).map(([, run]) => run);
    return {
      ...this.study,
      environment: (machines.length === 1 ? cells[0]?.environment : undefined) ?? environment,
      config: ranAlone(cells) ? config : { ...config, execution: "parallel" },
      ...(machines.length > 1 && { machines, runs: this.#runsOn(numbers) }),
      ...(failed.length > 0 && { failed }),
    };
  }

  /** The runs with the numbers of their machines. */
  #runsOn(numbers: ReadonlyMap<string, number>): RunRecord[] {
    return this.#cells.flatMap(({ key, index }) => {
      const record = this.#records[index];
      const machine = numbers.get(key);
      return record === undefined ? [] : [{ ...record, ...(machine !== undefined && { machine }) }];
    });
  }

  /** What a run of the cell's arm took on average, in seconds; 0 if none has finished. */
  secondsOf({ index }: Pick<Place, "index">): number {
    const arms = this.#arms.length;
    const seconds = this.#records.flatMap((record, i) =>
      record !== undefined && i % arms === index % arms ? [record.seconds.total] : [],
    );
    return seconds.length === 0 ? 0 : seconds.reduce((sum, each) => sum + each, 0) / seconds.length;
  }

  /** Adds a run of this process. */
  add({ index }: Pick<Place, "index">, record: RunRecord): void {
    this.#records[index] = record;
    this.#failed.delete(index);
    this.#checkStart(record);
  }

  /** Adds a run that did not run here. @returns its record with the names of its arm */
  takeOver({ index }: Pick<Place, "index">, record: RunRecord): RunRecord {
    const named = withNames(record, this.#arms[index % this.#arms.length]!);
    this.add({ index }, named);
    return named;
  }

  /** Adds a run that failed for good. */
  fail({ key, planned, index }: PlannedCell, reason: string): void {
    this.#failed.set(index, { key, label: planned.label, seed: planned.config.seed, reason });
  }

  /** Updates the study. Returns the runs that it takes over from the store, with their places in the plan. */
  update(): TakenOver[] {
    const takenOver: TakenOver[] = [];
    this.#runs.length = 0;
    for (const { key, index } of this.#cells) {
      const record = this.#records[index] ?? this.#store?.finished.get(key)?.record;
      if (record === undefined) continue;
      if (this.#records[index] === undefined) {
        takenOver.push({ index, record: this.takeOver({ index }, record) });
      }
      this.#runs.push(this.#records[index]!);
    }
    return takenOver;
  }
}
