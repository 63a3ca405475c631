import { randomInt } from "node:crypto";
import { z } from "zod";
import type { TrainConfig } from "../config/train-config.js";
import type { Dataset } from "../data/dataset.js";
import { datasetOf } from "../data/load-dataset.js";
import { loadedDatasetSchema } from "../data/loaded-dataset-schema.js";
import { permutation, randomStream } from "../data/random.js";
import { configError } from "../errors.js";
import { nativeInfo, preloadNative } from "../native/addon.js";
import { numericsOf, numericsOnCpu } from "../native/numerics.js";
import type { RunRecord } from "../training/run-record.js";
import { runTraining } from "../training/train.js";
import { callbackSchema, signalSchema } from "../validation/callbacks.js";
import { canonicalJson } from "../validation/canonical-json.js";
import { type Difference, differencesOf } from "../validation/differences.js";
import { check, parse } from "../validation/parse.js";
import { pathSchema } from "../validation/path-schema.js";
import { type AlteredRun, alteredRuns } from "./altered-runs.js";
import { datasetKey } from "./dataset-key.js";
import { type Environment, environment } from "./environment.js";
import { measured } from "./measured.js";
import { type Study, studySchema } from "./study.js";
import { MOST_VALUES } from "./study-file.js";

/** Which runs to verify, and how. */
export interface VerifyOptions {
  /** Number of runs to run again, drawn at random. Default: 5, or all if there are fewer. */
  readonly cells?: number;
  /** Seed of the draw. Default: another one each time. */
  readonly seed?: number;
  /** The study's folder, whose `cells.jsonl` must have the same records. Default: none is compared. */
  readonly folder?: string;
  /** What the runs were trained on, as `loadDataset` returns it, if it was arrays in memory. Default: datasets are loaded by name. */
  readonly dataset?: Dataset;
  /** Called with each run as soon as it is verified. */
  readonly onRun?: (run: VerifiedRun) => void | Promise<void>;
  /** Ends the verification. */
  readonly signal?: AbortSignal;
}

/** A run that ran again. */
export interface VerifiedRun {
  /** Its number in the study, from 1. */
  readonly number: number;
  /** Its record in the study. */
  readonly record: RunRecord;
  /** Where the new results differ: `a` is the study's value, `b` the new one. Empty if the run is confirmed. */
  readonly differences: readonly Difference[];
}

/** What a verification found. */
export interface Verification {
  /** Whether all drawn runs ran again, none differs, and no run is altered. */
  readonly passed: boolean;
  /** Number of runs drawn: more than `runs` has if the signal ended the verification. */
  readonly drawn: number;
  /** Whether results were compared bit for bit. On another kind of machine than the study's, a tolerance applies. */
  readonly isExact: boolean;
  /** Seed of the draw. */
  readonly seed: number;
  /** The runs that ran again, in the order of the study. */
  readonly runs: readonly VerifiedRun[];
  /** All runs, drawn or not, whose records differ from those in `cells.jsonl` of the folder. Empty without a folder. */
  readonly altered: readonly AlteredRun[];
}

const optionsSchema = z.strictObject({
  cells: z.int().min(1).default(5),
  seed: z.int().min(0).optional(),
  folder: pathSchema.optional(),
  dataset: loadedDatasetSchema.optional(),
  onRun: callbackSchema<NonNullable<VerifyOptions["onRun"]>>().optional(),
  signal: signalSchema.optional(),
});

/** On another kind of machine, a metric may differ by this much, and by this share of its value. */
export const TOLERANCE = { absolute: 0.02, relative: 0.05 } as const;

/**
 * Runs random runs of a study again and compares what they measure: bit for bit on the same kind of machine, otherwise within
 * `TOLERANCE`.
 *
 * @throws OptimbenchError (CONFIG) if the study has no finished run, (FILE) if `cells.jsonl` of the folder is damaged, or as `train`
 */
export async function verifyStudy(given: Study, options: VerifyOptions = {}): Promise<Verification> {
  const study = check(studySchema, given, "study", MOST_VALUES);
  const {
    cells,
    seed = randomInt(2 ** 32),
    folder,
    dataset: arrays,
    onRun,
    signal,
  } = parse(optionsSchema, options, "options");
  const finished = study.runs
    .map((record, index) => ({ record, number: index + 1 }))
    .filter(({ record }) => record.status !== "cancelled");
  if (finished.length === 0) throw configError("The study has no finished run to verify.");
  const drawn = [...permutation(finished.length, randomStream(seed, "samples")).slice(0, cells)].sort(
    (a, b) => a - b,
  );
  const altered = folder === undefined ? [] : await alteredRuns(study, folder);
  await preloadNative();
  const isOnCpu = finished.every(({ record }) => record.config.device === "cpu");
  const place = (where: Environment) =>
    canonicalJson(isOnCpu ? numericsOnCpu(numericsOf(where)) : numericsOf(where));
  const isExact = place(environment(nativeInfo())) === place(study.environment);
  const sourceOf = (config: TrainConfig) =>
    arrays?.name === config.dataset ? { ...config, dataset: arrays } : config;
  const datasets = new Map<string, Dataset>();
  const runs: VerifiedRun[] = [];
  for (const index of drawn) {
    if (signal?.aborted) break;
    const { record, number } = finished[index]!;
    const key = datasetKey(record.config);
    const dataset = datasets.get(key) ?? (await datasetOf(sourceOf(record.config as TrainConfig)));
    datasets.set(key, dataset);
    const again = await runTraining(
      { ...record.config, dataset, ...(signal && { signal }) } as TrainConfig,
      () => {},
    );
    again.model.dispose();
    if (again.status === "cancelled") break;
    const found = differencesOf(verifiable(record), verifiable(again.record));
    const run = { number, record, differences: isExact ? found : found.filter(isLarge) };
    runs.push(run);
    await onRun?.(run);
  }
  const passed =
    runs.length === drawn.length &&
    runs.every(({ differences }) => differences.length === 0) &&
    altered.length === 0;
  return { passed, drawn: drawn.length, isExact, seed, runs, altered };
}

const verifiable = (record: RunRecord) => ({ dataset: record.dataset, ...measured(record) });

/** Whether a difference exceeds what another kind of machine explains. Equal hashes and predictions are not expected there. */
function isLarge({ path, a, b }: Difference): boolean {
  if (path.startsWith("parametersSha256") || path.startsWith("predictions")) return false;
  if (typeof a !== "number" || typeof b !== "number") return true;
  return Math.abs(a - b) > TOLERANCE.absolute + TOLERANCE.relative * Math.abs(a);
}
