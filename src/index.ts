/**
 * What the package exports. Every function loads its module when it is first called, so that to import optimbench costs
 * next to nothing where it may never be used; it does so by `import()`, which bundlers and test runners follow. Configs are
 * copied before, at the call: what a caller changes afterwards changes nothing.
 */

import type { TrainConfig } from "./config/train-config.js";
import type { Run, TrainCallbacks } from "./training/train.js";
import { Training } from "./training/training.js";
import { plainData } from "./validation/plain-data.js";

export type { BenchCallbacks, BenchProgress } from "./bench/bench.js";
export type { BenchConfig } from "./bench/bench-config.js";
export type { BenchRecord, BenchResult, StepProfile } from "./bench/bench-record.js";
export type { CompareConfig } from "./config/compare-config.js";
export type { ResolvedCompareConfig, ResolvedTrainConfig } from "./config/resolved-config.js";
export type { Dataset, ImageSet } from "./data/dataset.js";
export type { DatasetInMemory, LoadOptions } from "./data/load-dataset.js";
export { type ErrorCode, OptimbenchError } from "./errors.js";
export type { Explanation, LossExplanation, OptimizerExplanation } from "./explain/explanation.js";
export type { EpochRecord, Metrics, RunSeconds, RunStatus } from "./history/epoch-record.js";
export type { Profile, StepsProfile } from "./history/profile.js";
export type { RunRecord } from "./history/run-record.js";
export type { LossConfig } from "./losses/losses.js";
export type { Layer } from "./models/layers.js";
export type { Model } from "./models/models.js";
export type { OptimizerConfig } from "./optimizers/optimizers.js";
export type { ScheduleLength } from "./schedules/schedule-rates.js";
export type { ScheduleConfig } from "./schedules/schedules.js";
export type { CompareCallbacks, PlannedRun } from "./study/compare.js";
export type { Study } from "./study/study.js";
export type { GradientCheck, PartialDerivative } from "./training/check-loss-gradient.js";
export type { LossBreakdown } from "./training/loss-breakdown.js";
export type { TrainedModel } from "./training/trained-model.js";
export type { Run, TrainCallbacks, TrainConfig };

/**
 * Trains one model. The same config gives the same numbers, bit for bit, on any number of threads.
 *
 * @example
 * const run = await train({ optimizer: "adam", epochs: 3 });
 * console.log(run.history.at(-1)?.validation.accuracy);
 *
 * @throws OptimbenchError by rejection: CONFIG, FORMULA, DATA or LIBTORCH before it starts, NATIVE if it fails midway.
 *   A run that diverges or is cancelled is no error: it resolves with that status and what was measured.
 */
export const train = (input: TrainConfig & TrainCallbacks = {}): Training<Run> =>
  new Training(async (report) => {
    const config = plainData(input, "train config") as typeof input;
    return (await import("./training/train.js")).runTraining(config, report);
  });

/**
 * Trains every optimizer with every loss and seed under equal conditions.
 *
 * @throws OptimbenchError (CONFIG, FORMULA, DATA, LIBTORCH) before the first run, (NATIVE) from a run that failed
 */
export const compare: typeof import("./study/compare.js").compare = async (input = {}) => {
  const config = plainData(input, "compare config") as typeof input;
  return (await import("./study/compare.js")).compare(config);
};

/**
 * Loads a dataset: "mnist", "mnist-10k", a folder of IDX files or arrays in memory.
 *
 * @throws OptimbenchError (CONFIG, DATA, ABORTED)
 */
export const loadDataset: typeof import("./data/load-dataset.js").loadDataset = async (source, options) => {
  const given = plainData(source, "dataset") as typeof source;
  return (await import("./data/load-dataset.js")).loadDataset(given, options);
};

/** Writes a report of a study into a folder; resolves with the paths written, `index.html` last. */
export const writeReport: typeof import("./report/folder/write-report.js").writeReport = async (...given) =>
  (await import("./report/folder/write-report.js")).writeReport(...given);

/** Writes a study as indented JSON. JSON has no NaN and no infinity: both become null. */
export const writeStudy: typeof import("./study/study-file.js").writeStudy = async (...given) =>
  (await import("./study/study-file.js")).writeStudy(...given);

/** Reads a study that `writeStudy` wrote. @throws OptimbenchError (FILE) */
export const readStudy: typeof import("./study/study-file.js").readStudy = async (...given) =>
  (await import("./study/study-file.js")).readStudy(...given);

/** Times training steps, updates, passes and evaluation on random images. @throws OptimbenchError */
export const bench: typeof import("./bench/bench.js").bench = async (input = {}) => {
  const config = plainData(input, "bench config") as typeof input;
  return (await import("./bench/bench.js")).bench(config);
};

/**
 * What there is to know about an optimizer or a loss: formula, defaults, states, and what differs between frameworks.
 *
 * @example (await explain("adagrad")).differences
 * @throws OptimbenchError (CONFIG, FORMULA, LIBTORCH)
 */
export const explain = async (...[what]: Parameters<typeof import("./explain/explain.js").explain>) => {
  const given = plainData(what, "explanation") as typeof what;
  await (await import("./native/addon.js")).preloadNative();
  return (await import("./explain/explain.js")).explain(given);
};

/**
 * Compares the gradient that training uses with finite differences of the loss.
 *
 * @example (await checkLossGradient({ name: "mine", formula: "mean(abs(softmax(z) - y))" }, { classes: 10 })).passed
 * @throws OptimbenchError (CONFIG, FORMULA, LIBTORCH)
 */
export const checkLossGradient = async (
  ...given: Parameters<typeof import("./training/check-loss-gradient.js").checkLossGradient>
) => {
  await (await import("./native/addon.js")).preloadNative();
  return (await import("./training/check-loss-gradient.js")).checkLossGradient(...given);
};

/**
 * The learning rate of each step of a training, before there is one.
 *
 * @example await scheduleRates({ name: "cosine", warmUpEpochs: 1 }, { epochs: 5, learningRate: 0.1 })
 * @throws OptimbenchError (CONFIG, FORMULA); (CONFIG) for "reduceOnPlateau", whose rates depend on what is measured
 */
export const scheduleRates = async (
  ...given: Parameters<typeof import("./schedules/schedule-rates.js").scheduleRates>
) => (await import("./schedules/schedule-rates.js")).scheduleRates(...given);

/** The optimizer's momentum of each step, where the schedule changes it; otherwise like `scheduleRates`. */
export const scheduleMomenta = async (
  ...given: Parameters<typeof import("./schedules/schedule-rates.js").scheduleMomenta>
) => (await import("./schedules/schedule-rates.js")).scheduleMomenta(...given);
