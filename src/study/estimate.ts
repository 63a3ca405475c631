import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { StudyArms } from "../config/study-arms.js";
import { secondsOf } from "../training/measure-cost.js";
import { callbackSchema, signalSchema } from "../validation/callbacks.js";
import { durationSchema } from "../validation/duration.js";
import { pathSchema } from "../validation/path-schema.js";
import { costsOf } from "./arm-costs.js";
import { type Line, lineText } from "./cell-lines.js";
import { CellsFile } from "./cells-file.js";
import { fitStudy } from "./fit-study.js";
import type { PlannedCell } from "./planned-cell.js";
import { type PreparedStudy, prepareStudy } from "./prepare-study.js";
import { continued } from "./question.js";
import { CELLS } from "./result-folder.js";
import { loadDatasets, type StudyDatasets } from "./study-datasets.js";
import { finishedCells, questionOf } from "./study-folder.js";

/** How to estimate a study. */
export interface EstimateOptions {
  /** A folder with a study to continue: what has finished there does not run again. Default: none. */
  readonly folder?: string;
  /** The time that the runs may take, such as "10m": what is estimated is the study cut to it. Default: no limit. */
  readonly budget?: string;
  /** Ends the measurement. `estimateStudy` then rejects with code ABORTED. */
  readonly signal?: AbortSignal;
  /** Called with a sentence about what `budget` cuts. */
  readonly onNotice?: (text: string) => void;
}

/** What a study would take. */
export interface StudyEstimate {
  /** Number of runs: arms times seeds. */
  readonly runs: number;
  /** Number of seeds. */
  readonly seeds: number;
  /** The most epochs of an arm. */
  readonly epochs: number;
  /** Runs that the folder already has. */
  readonly finished: number;
  /** Estimated seconds of the other runs. */
  readonly seconds: number;
  /** Memory that the runs need at the same time, in bytes; 0 on a GPU, whose memory is not estimated. */
  readonly memoryBytes: number;
  /** Size of `cells.jsonl` and `study.json` of the whole study, in bytes. A report adds some megabytes. */
  readonly diskBytes: number;
  /** The arms, in the order of the plan. */
  readonly arms: readonly ArmEstimate[];
  /** Of a tuned study, its trials, which run first. The other numbers are those of the selected settings alone. */
  readonly trials?: TrialsEstimate;
}

/** What the trials of a tuned study would take. */
export interface TrialsEstimate {
  /** Number of runs: trials of every arm, with each of their seeds. */
  readonly runs: number;
  /** Runs that the folder already has. */
  readonly finished: number;
  /** Estimated seconds of the other runs. */
  readonly seconds: number;
  /** The most runs that are added, while the best learning rate of an arm is on the edge of its space. */
  readonly mostMore: number;
  /** Estimated seconds of these. */
  readonly mostMoreSeconds: number;
}

/** What an arm would take. */
export interface ArmEstimate {
  /** What distinguishes it from the other arms. */
  readonly label: string;
  /** Number of runs: one per seed. */
  readonly runs: number;
  /** Runs that the folder already has. */
  readonly finished: number;
  /** Estimated seconds of one run, alone on this machine. */
  readonly secondsPerRun: number;
}

export const estimateOptionsSchema = z.strictObject({
  folder: pathSchema.optional(),
  budget: durationSchema.optional(),
  signal: signalSchema.optional(),
  onNotice: callbackSchema<(text: string) => void>().optional(),
});

/**
 * Estimates a study whose arms are known, from a few measured steps of each kind of run. Nothing is kept or written.
 *
 * @param loaded datasets that need not be loaded again
 * @throws OptimbenchError as `compare` before the first run
 */
export async function estimateArms(
  asked: StudyArms,
  { folder, budget, signal, onNotice }: EstimateOptions,
  loaded?: StudyDatasets,
): Promise<StudyEstimate> {
  const datasets = await loadDatasets(asked.arms, loaded, { signal });
  const fitted =
    budget === undefined ? asked : await fitStudy(asked, datasets, { budget, folder, signal, onNotice });
  const study = await prepareStudy(fitted, datasets, signal);
  const finished = folder === undefined ? new Set<string>() : await finishedIn(folder, study);
  return estimateOf(study, finished, signal);
}

/** The keys of the finished cells in a folder. @throws OptimbenchError (FILE) if it has another study */
async function finishedIn(folder: string, { question }: PreparedStudy): Promise<ReadonlySet<string>> {
  if (!existsSync(join(folder, CELLS))) return new Set();
  const lines = await new CellsFile(folder).readNew();
  const there = questionOf(lines);
  if (there !== undefined) continued(there, question, folder);
  return new Set(finishedCells(lines).keys());
}

async function estimateOf(
  study: PreparedStudy,
  finished: ReadonlySet<string>,
  signal: AbortSignal | undefined,
): Promise<StudyEstimate> {
  const { cells, arms: count, atOnce, memory } = study;
  const isFinished = ({ key }: PlannedCell) => finished.has(key);
  const costs = await costsOf(cells.slice(0, count), signal);
  const arms = cells.slice(0, count).map(({ planned, plan, dataset }, arm) => {
    const runs = Array.from({ length: cells.length / count }, (_, seed) => cells[seed * count + arm]!);
    return {
      label: planned.arm,
      runs: runs.length,
      finished: runs.filter(isFinished).length,
      secondsPerRun: secondsOf(plan, costs[arm]!, dataset.test?.count),
    };
  });
  const seconds = arms.reduce((sum, each) => sum + (each.runs - each.finished) * each.secondsPerRun, 0);
  const left = cells.length - cells.filter(isFinished).length;
  return {
    runs: cells.length,
    seeds: cells.length / count,
    epochs: Math.max(...cells.map(({ plan }) => plan.config.epochs)),
    finished: cells.length - left,
    seconds: seconds / Math.max(1, Math.min(atOnce, left)),
    memoryBytes: memory.reduce((sum, { bytes }) => sum + bytes, 0),
    diskBytes: diskBytes(study),
    arms,
  };
}

/** An epoch's record as JSON, indented. */
const BYTES_PER_EPOCH = 700;
/** The rest of a run's record. */
const BYTES_PER_RUN = 3000;

function diskBytes({ question, cells }: PreparedStudy): number {
  const lines: Line[] = [{ question }];
  const perRun = cells.map(({ plan: { config } }) => {
    const text = JSON.stringify(config).length;
    return 3 * text + 2 * (BYTES_PER_RUN + (config.epochs + 1) * BYTES_PER_EPOCH);
  });
  return lines.map(lineText).join("").length + perRun.reduce((sum, each) => sum + each, 0);
}
