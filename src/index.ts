/**
 * Trains small neural networks natively with libtorch and compares optimizers and losses under equal conditions.
 *
 * @module
 */

// Every function loads its module with `import()` when it is first called, so importing optimbench is fast, and bundlers and test
// runners can follow it. Configs are copied at the call, so later changes by the caller have no effect.

import type { BenchCallbacks } from "./bench/bench.js";
import type { BenchConfig } from "./bench/bench-config.generated.js";
import type { BenchRecord } from "./bench/bench-record.js";
import type { TrainConfig } from "./config/train-config.generated.js";
import type { Dataset } from "./data/dataset.js";
import type { LoadOptions } from "./data/load-options.js";
import type { Explanation } from "./explain/explanation.js";
import type { ModelOptions } from "./inference/model-options.generated.js";
import type { TrainedModel } from "./inference/trained-model.js";
import type { LossConfig } from "./losses/loss-config.generated.js";
import type { OptimizerConfig } from "./optimizers/optimizer-config.generated.js";
import type { ScheduleConfig, ScheduleLength } from "./schedules/schedule-config.generated.js";
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
export type { Finding } from "./checks/check.js";
export type { CheckOptions } from "./checks/check-study.js";
export type { Augmentation } from "./config/augmentation.js";
export type { Choices, Values } from "./config/choices.js";
export type * from "./config/compare-config.generated.js";
export type { EarlyStopping } from "./config/early-stopping.js";
export type * from "./config/resolved-config.generated.js";
export type * from "./config/train-config.generated.js";
export type * from "./config/tuning-config.generated.js";
export type * from "./config/value-range.generated.js";
export type { Dataset, HeldOutSet, ImageSet, Labels, Scaling } from "./data/dataset.js";
export type * from "./data/dataset-config.generated.js";
export type * from "./data/dataset-record.generated.js";
export type { IntegerArray } from "./data/labels.js";
export type { LoadOptions } from "./data/load-options.js";
export type { ImageSize, ReadOptions } from "./data/read-options.js";
export type { ReadProgress } from "./data/watch.js";
export { type ErrorCode, type ErrorData, OptimbenchError } from "./errors.js";
export type {
  CommonExplanation,
  Explanation,
  HyperparameterExplanation,
  LossDefinition,
  LossExample,
  LossExplanation,
  OptimizerDefinition,
  OptimizerExplanation,
  Origin,
  StateBytes,
  StateExplanation,
  StateUnit,
} from "./explain/explanation.js";
export type { Scope } from "./formula/graph.js";
export type * from "./history/epoch-record.generated.js";
export type * from "./history/predictions.generated.js";
export type * from "./history/profile.generated.js";
export type { EvaluateOptions } from "./inference/evaluate-options.js";
export type * from "./inference/evaluation.generated.js";
export type { FilePrediction, RankedClass } from "./inference/file-prediction.js";
export type * from "./inference/model-options.generated.js";
export type { PredictOptions } from "./inference/predict-options.js";
export type { TrainedModel } from "./inference/trained-model.js";
export type * from "./losses/loss-config.generated.js";
export type { ResolvedLoss } from "./losses/losses.js";
export type { ResolvedLayer, ResolvedPlainLayer, ResolvedResidual } from "./models/layers.js";
export type * from "./models/model-config.generated.js";
export type { ResolvedModel } from "./models/models.js";
export type { OnnxTensor } from "./onnx/messages.js";
export type { OnnxSummary } from "./onnx/onnx-graph.js";
export type * from "./optimizers/optimizer-config.generated.js";
export type { ResolvedOptimizer } from "./optimizers/optimizers.js";
export type { ConnectionSettings, QueueOptions, TlsSettings } from "./queue/queue.js";
export type { WorkerOptions } from "./queue/worker-options.js";
export type { ReportOptions } from "./report/folder/write-report.js";
export type { NamedStudy } from "./report/results/side-by-side.js";
export type { HasTensors, NamedTensor, TensorShape } from "./safetensors/named-tensor.js";
export type * from "./schedules/schedule-config.generated.js";
export type {
  ResolvedBuiltInSchedule,
  ResolvedCustomSchedule,
  ResolvedSchedule,
} from "./schedules/schedules.js";
export type { Interval } from "./statistics/interval.js";
export {
  checkStudy,
  compare,
  diffStudies,
  estimateStudy,
  judgeStudy,
  mergeStudies,
  queue,
  readStudy,
  runWorker,
  verifyStudy,
  writeReport,
  writeSideBySide,
  writeStudy,
} from "./studies.js";
export type { AlteredRun } from "./study/altered-runs.js";
export type { CompareCallbacks } from "./study/callbacks.js";
export type { RunDifference, StudyDiff } from "./study/diff.js";
export type { ArmEstimate, EstimateOptions, StudyEstimate, TrialsEstimate } from "./study/estimate.js";
export type { Executor } from "./study/executor.js";
export type { MergeOptions } from "./study/merge.js";
export type { PlannedRun } from "./study/planned-run.js";
export type * from "./study/study.generated.js";
export type { Verification, VerifiedRun, VerifyOptions } from "./study/verify.js";
export type { DownloadProgress } from "./system/download.js";
export type { GradientCheck, PartialDerivative } from "./training/check-loss-gradient.js";
export type * from "./training/checkpoint/checkpoint-options.generated.js";
export type * from "./training/gradient-check-options.generated.js";
export type { LossBreakdown } from "./training/loss-breakdown.js";
export type * from "./training/run-record.generated.js";
export type { Run, TrainCallbacks } from "./training/train.js";
export type { Training } from "./training/training.js";
export type { Difference } from "./validation/differences.js";
export type { SequentialDecision, Verdict } from "./verdicts/decide-pairs.js";
export type { VerdictOptions } from "./verdicts/judge.js";
export type { Metric } from "./verdicts/metric.js";
export type { Noise } from "./verdicts/noise.js";
export type { PairVerdict } from "./verdicts/pair.js";
export type { ArmTargetTime, TargetTimes } from "./verdicts/target-times.js";
export type { ArmVerdict, Verdicts } from "./verdicts/verdicts.js";

/**
 * Trains one model. The same config gives the same numbers, bit for bit, with any number of threads. A run that diverges or
 * is cancelled is not an error: the promise resolves with that status and what was measured.
 *
 * @example
 * ```ts
 * const run = await train({ optimizer: "adam", epochs: 3 });
 * console.log(run.history.at(-1)?.validation.accuracy);
 * ```
 *
 * @param config what to train and how, and optional callbacks; every key has a default
 * @returns the training run in progress; await it for its result, or iterate over it for its epochs
 * @throws {@link OptimbenchError} by rejection: CONFIG, FORMULA, DATA, FILE (a checkpoint or initial weights), MEMORY or LIBTORCH
 *   before training starts, NATIVE if it fails later, ABORTED if the signal ends the reading of images
 */
export function train(config: TrainConfig & TrainCallbacks = {}): Training<Run> {
  return new Training(async (report) => {
    const plain = plainData(config, "train config") as typeof config;
    return (await import("./training/train.js")).runTraining(plain, report);
  });
}

/**
 * Loads a model that `model.save` wrote, to predict with it or to evaluate it. This loads no code that trains.
 *
 * @example
 * ```ts
 * using model = await loadModel("digits.safetensors");
 * const probabilities = await model.predict(images);
 * ```
 *
 * @param path the file
 * @param options where the model computes
 * @returns the model, which predicts as it did when it was saved
 * @throws {@link OptimbenchError} by rejection: CONFIG for invalid arguments, FILE if the file cannot be read, is damaged or is no
 *   model of this package, LIBTORCH or MEMORY
 */
export async function loadModel(path: string, options?: ModelOptions): Promise<TrainedModel> {
  const plain = plainData(options, "options") as typeof options;
  return (await import("./inference/load-model.js")).loadModel(path, plain);
}

/**
 * Loads a dataset. `train` and `compare` do this themselves; load it first to inspect it, to download one, or to share it
 * between calls.
 *
 * @example
 * ```ts
 * const dataset = await loadDataset("mnist", { download: true });
 * const run = await train({ dataset, epochs: 1 });
 * ```
 *
 * @param source the name of a dataset: "mnist-10k", "fashion-mnist-10k" or "digits" (8 x 8), which are part of the package, or a
 *   published one, such as "mnist", which is found on the disk or downloaded; the path of a folder of images, a CSV
 *   file, .npy, .npz or IDX files, or CIFAR-10; arrays in memory; or a dataset loaded earlier, which is returned as it is. Default: "mnist" if it is on this machine, else "mnist-10k".
 * @param options how to read the images, where to find a published dataset, and whether to download it
 * @returns the dataset
 * @throws {@link OptimbenchError} by rejection: CONFIG for an unknown name or arrays that do not fit, DATA for files that are
 *   missing, damaged or not the published ones, FILE if a download cannot be written, ABORTED if `signal` ends it
 */
export async function loadDataset(
  source?: TrainConfig["dataset"] | Dataset,
  options?: LoadOptions,
): Promise<Dataset> {
  const plain = plainData(source, "dataset") as typeof source;
  return (await import("./data/load-dataset.js")).loadDataset(plain, options);
}

/**
 * Times training steps, updates, passes and evaluation on random images. Measurements are interleaved, so other load on the
 * machine affects all of them alike.
 *
 * @example
 * ```ts
 * const { results } = await bench({ optimizers: ["adam", "sgd"], batchSizes: [32], seconds: 2 });
 * console.log(results[0]?.milliseconds?.median);
 * ```
 *
 * @param config what to measure, and optional callbacks; every key has a default
 * @returns the measurements, with a description of the machine
 * @throws {@link OptimbenchError} by rejection: CONFIG, FORMULA or LIBTORCH before anything is measured
 */
export async function bench(config: BenchConfig & BenchCallbacks = {}): Promise<BenchRecord> {
  const plain = plainData(config, "bench config") as typeof config;
  return (await import("./bench/bench.js")).bench(plain);
}

/**
 * Explains an optimizer or a loss: its formula, defaults and states, and the differences between frameworks.
 *
 * @example
 * ```ts
 * const { differences } = await explain("adagrad");
 * ```
 *
 * @param what a name, a name with settings, or a custom formula
 * @returns the explanation as plain data
 * @throws {@link OptimbenchError} by rejection: CONFIG, FORMULA or LIBTORCH, which computes the numbers
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
 * const { passed, summary } = await checkLossGradient(loss, { classes: 10 });
 * ```
 *
 * @param loss a name, a name with settings, or a custom formula
 * @param options the number of classes and the framework
 * @returns whether the gradient is correct, and where it differs most
 * @throws {@link OptimbenchError} by rejection: CONFIG, FORMULA, LIBTORCH or NATIVE
 */
export async function checkLossGradient(
  loss: LossConfig,
  options?: GradientCheckOptions,
): Promise<GradientCheck> {
  await (await import("./native/addon.js")).preloadNative();
  return (await import("./training/check-loss-gradient.js")).checkLossGradient(loss, options);
}

/**
 * Computes the learning rate of each step of a training run, without training.
 *
 * @example
 * ```ts
 * const rates = await scheduleRates({ name: "cosine", warmUpEpochs: 1 }, { epochs: 5, learningRate: 0.1 });
 * ```
 *
 * @param schedule a name, a name with settings, or a custom formula
 * @param length the length of the training run, and the optimizer's learning rate
 * @returns one rate per step
 * @throws {@link OptimbenchError} by rejection: CONFIG or FORMULA. CONFIG also for "reduceOnPlateau", whose rates depend on
 *   what is measured.
 */
export async function scheduleRates(
  schedule: ScheduleConfig,
  length?: ScheduleLength,
): Promise<Float64Array> {
  return (await import("./schedules/schedule-rates.js")).scheduleRates(schedule, length);
}

/**
 * Computes the optimizer's momentum in each step of a training run, without training.
 *
 * @param schedule a name, a name with settings, or a custom formula
 * @param length the length of the training run, and the optimizer's learning rate
 * @returns one momentum per step; undefined if the schedule does not change the momentum
 * @throws {@link OptimbenchError} by rejection: CONFIG or FORMULA
 */
export async function scheduleMomenta(
  schedule: ScheduleConfig,
  length?: ScheduleLength,
): Promise<Float64Array | undefined> {
  return (await import("./schedules/schedule-rates.js")).scheduleMomenta(schedule, length);
}
