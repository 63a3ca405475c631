/**
 * Trains small neural networks natively with libtorch and compares optimizers and losses under equal conditions.
 *
 * @module
 */

// Every function loads its module when it is first called, so that to import optimbench costs next to nothing where it may
// never be used; it does so by `import()`, which bundlers and test runners follow. Configs are copied before, at the call:
// what a caller changes afterwards changes nothing.

import type { BenchCallbacks } from "./bench/bench.js";
import type { BenchConfig } from "./bench/bench-config.generated.js";
import type { BenchRecord } from "./bench/bench-record.js";
import type { CompareConfig } from "./config/compare-config.generated.js";
import type { TrainConfig } from "./config/train-config.generated.js";
import type { Dataset } from "./data/dataset.js";
import type { DatasetInMemory } from "./data/dataset-config.generated.js";
import type { LoadOptions } from "./data/load-dataset.js";
import type { Explanation } from "./explain/explanation.js";
import type { LossConfig } from "./losses/loss-config.generated.js";
import type { OptimizerConfig } from "./optimizers/optimizer-config.generated.js";
import type { ReportOptions } from "./report/folder/write-report.js";
import type { ScheduleConfig, ScheduleLength } from "./schedules/schedule-config.generated.js";
import type { CompareCallbacks } from "./study/compare.js";
import type { Study } from "./study/study.generated.js";
import type { GradientCheck } from "./training/check-loss-gradient.js";
import type { GradientCheckOptions } from "./training/gradient-check-options.generated.js";
import type { Run, TrainCallbacks } from "./training/train.js";
import { Training } from "./training/training.js";
import { plainData } from "./validation/plain-data.js";

export type { BenchCallbacks, BenchProgress } from "./bench/bench.js";
export type * from "./bench/bench-config.generated.js";
export type { Measure } from "./bench/bench-config.js";
export type { BenchRecord, BenchResult, BenchSettings, StepProfile } from "./bench/bench-record.js";
export type { Spread } from "./bench/spread.js";
export type { Semantics, Source } from "./catalogue/semantics.js";
export type { Augmentation } from "./config/augmentation.js";
export type * from "./config/compare-config.generated.js";
export type { EarlyStopping } from "./config/early-stopping.js";
export type * from "./config/resolved-config.generated.js";
export type * from "./config/train-config.generated.js";
export type { Dataset, ImageSet } from "./data/dataset.js";
export type * from "./data/dataset-config.generated.js";
export type { DownloadProgress } from "./data/download.js";
export type { LoadOptions } from "./data/load-dataset.js";
export { type ErrorCode, OptimbenchError, type OptimbenchErrorOptions } from "./errors.js";
export type {
  CommonExplanation,
  Explanation,
  HyperparameterExplanation,
  LossDefinition,
  LossExplanation,
  OptimizerDefinition,
  OptimizerExplanation,
  Origin,
  StateExplanation,
} from "./explain/explanation.js";
export type { Scope } from "./formula/graph.js";
export type * from "./history/epoch-record.generated.js";
export type * from "./history/profile.generated.js";
export type * from "./losses/loss-config.generated.js";
export type { ResolvedLoss } from "./losses/losses.js";
export type { ResolvedLayer, ResolvedPlainLayer, ResolvedResidual } from "./models/layers.js";
export type * from "./models/model-config.generated.js";
export type { ResolvedModel } from "./models/models.js";
export type { Kernels } from "./native/addon.js";
export type * from "./optimizers/optimizer-config.generated.js";
export type { ResolvedOptimizer } from "./optimizers/optimizers.js";
export type { ReportOptions } from "./report/folder/write-report.js";
export type * from "./schedules/schedule-config.generated.js";
export type {
  ResolvedBuiltInSchedule,
  ResolvedCustomSchedule,
  ResolvedSchedule,
} from "./schedules/schedules.js";
export type { CompareCallbacks, PlannedRun } from "./study/compare.js";
export type * from "./study/study.generated.js";
export type { GradientCheck, PartialDerivative } from "./training/check-loss-gradient.js";
export type * from "./training/gradient-check-options.generated.js";
export type { LossBreakdown } from "./training/loss-breakdown.js";
export type * from "./training/run-record.generated.js";
export type { NamedTensor, TensorShape } from "./training/safetensors.js";
export type { Run, TrainCallbacks } from "./training/train.js";
export type { TrainedModel } from "./training/trained-model.js";
export type { Training } from "./training/training.js";

/**
 * Trains one model. The same config gives the same numbers, bit for bit, on any number of threads.
 *
 * @example
 * ```ts
 * const run = await train({ optimizer: "adam", epochs: 3 });
 * console.log(run.history.at(-1)?.validation.accuracy);
 * ```
 *
 * @param config what to train, on what and how, and ways to watch it
 * @returns the training in progress: await it for its result, or iterate over it for its epochs
 * @throws {@link OptimbenchError} by rejection: CONFIG, FORMULA, DATA, MEMORY or LIBTORCH before it starts, NATIVE if it
 *   fails midway. A run that diverges or is cancelled is no error: it resolves with that status and what was measured.
 */
export function train(config: TrainConfig & TrainCallbacks = {}): Training<Run> {
  return new Training(async (report) => {
    const plain = plainData(config, "train config") as typeof config;
    return (await import("./training/train.js")).runTraining(plain, report);
  });
}

/**
 * Trains every optimizer with every loss and seed under equal conditions: runs of one seed have the same split, initial
 * weights and order of images.
 *
 * @param config what to compare, and ways to watch it
 * @returns the study, as `study.json` has it
 * @throws {@link OptimbenchError} CONFIG, FORMULA, DATA, MEMORY or LIBTORCH before the first run, NATIVE from a run that
 *   failed
 */
export async function compare(config: CompareConfig & CompareCallbacks = {}): Promise<Study> {
  const plain = plainData(config, "compare config") as typeof config;
  return (await import("./study/compare.js")).compare(plain);
}

/**
 * Loads a dataset.
 *
 * @param source "mnist", "mnist-10k" (10,000 of its images, always there), the path of a folder of IDX files, arrays in
 *   memory, or a dataset loaded earlier, which is returned as it is. Default: "mnist" where it is on the disk,
 *   "mnist-10k" otherwise; the dataset's `name` says which.
 * @throws {@link OptimbenchError} CONFIG for an unknown name or arrays that do not fit, DATA for files that are missing,
 *   damaged or not the published ones, FILE where a download cannot be written, ABORTED when `signal` fires
 */
export async function loadDataset(
  source?: "mnist" | "mnist-10k" | (string & {}) | DatasetInMemory | Dataset,
  options?: LoadOptions,
): Promise<Dataset> {
  const plain = plainData(source, "dataset") as typeof source;
  return (await import("./data/load-dataset.js")).loadDataset(plain, options);
}

/**
 * Writes a report of a study into a folder, which is made where there is none: `index.html` (one file, offline),
 * `table.md`, `results.csv` (one row per run and epoch) and `figures/`. An earlier report in the folder is replaced; other
 * files stay.
 *
 * @returns the paths written, `index.html` last
 * @throws {@link OptimbenchError} CONFIG where `study` is no study, FILE where the folder cannot be written to
 */
export async function writeReport(study: Study, folder: string, options?: ReportOptions): Promise<string[]> {
  return (await import("./report/folder/write-report.js")).writeReport(study, folder, options);
}

/**
 * Writes a study as indented JSON. JSON has no NaN and no infinity: both become null.
 *
 * @throws {@link OptimbenchError} CONFIG where `study` is no study, FILE where the file cannot be written
 */
export async function writeStudy(study: Study, path: string): Promise<void> {
  return (await import("./study/study-file.js")).writeStudy(study, path);
}

/**
 * Reads a study that `writeStudy` wrote.
 *
 * @throws {@link OptimbenchError} FILE where the file cannot be read or holds no study
 */
export async function readStudy(path: string): Promise<Study> {
  return (await import("./study/study-file.js")).readStudy(path);
}

/**
 * Times training steps, updates, passes and evaluation on random images.
 *
 * @throws {@link OptimbenchError} CONFIG, FORMULA or LIBTORCH before anything is measured
 */
export async function bench(config: BenchConfig & BenchCallbacks = {}): Promise<BenchRecord> {
  const plain = plainData(config, "bench config") as typeof config;
  return (await import("./bench/bench.js")).bench(plain);
}

/**
 * Explains an optimizer or a loss: formula, defaults, states, and what differs between frameworks.
 *
 * @example
 * ```ts
 * (await explain("adagrad")).differences;
 * ```
 *
 * @param what a name, a name with settings, or a custom formula
 * @throws {@link OptimbenchError} CONFIG, FORMULA, or LIBTORCH, since the numbers are computed natively
 */
export async function explain(what: (string & {}) | OptimizerConfig | LossConfig): Promise<Explanation> {
  const plain = plainData(what, "explanation") as typeof what;
  await (await import("./native/addon.js")).preloadNative();
  return (await import("./explain/explain.js")).explain(plain);
}

/**
 * Compares the gradient that training uses with finite differences of the loss.
 *
 * @example
 * ```ts
 * const loss = { name: "mine", formula: "mean(abs(softmax(z) - y))" };
 * (await checkLossGradient(loss, { classes: 10 })).passed;
 * ```
 *
 * @throws {@link OptimbenchError} CONFIG, FORMULA, LIBTORCH or NATIVE
 */
export async function checkLossGradient(
  loss: LossConfig,
  options?: GradientCheckOptions,
): Promise<GradientCheck> {
  await (await import("./native/addon.js")).preloadNative();
  return (await import("./training/check-loss-gradient.js")).checkLossGradient(loss, options);
}

/**
 * Computes the learning rate of each step of a training, without training.
 *
 * @example
 * ```ts
 * await scheduleRates({ name: "cosine", warmUpEpochs: 1 }, { epochs: 5, learningRate: 0.1 });
 * ```
 *
 * @returns one rate per step
 * @throws {@link OptimbenchError} CONFIG or FORMULA; CONFIG for "reduceOnPlateau" too, whose rates depend on what is
 *   measured
 */
export async function scheduleRates(
  schedule: ScheduleConfig,
  length?: ScheduleLength,
): Promise<Float64Array> {
  return (await import("./schedules/schedule-rates.js")).scheduleRates(schedule, length);
}

/**
 * Computes the optimizer's momentum of each step, as `scheduleRates` does the rate.
 *
 * @returns one momentum per step; undefined where the schedule does not change it
 * @throws {@link OptimbenchError} CONFIG or FORMULA
 */
export async function scheduleMomenta(
  schedule: ScheduleConfig,
  length?: ScheduleLength,
): Promise<Float64Array | undefined> {
  return (await import("./schedules/schedule-rates.js")).scheduleMomenta(schedule, length);
}
