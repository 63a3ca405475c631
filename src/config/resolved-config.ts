import { z } from "zod";
import { SEMANTICS } from "../catalogue/semantics.js";
import type { Dataset } from "../data/dataset.js";
import { readOptionsOf, readOptionsShape } from "../data/read-options.js";
import type { ResolvedLoss } from "../losses/losses.js";
import { layerNamesSchema } from "../models/layer-names.js";
import { type ResolvedModel, resolveModel } from "../models/models.js";
import type { ResolvedOptimizer } from "../optimizers/optimizers.js";
import { type ResolvedSchedule, resolveSchedule } from "../schedules/schedules.js";
import { deepFreeze } from "../validation/deep-freeze.js";
import type { Augmentation } from "./augmentation.js";
import { EXECUTIONS } from "./compare-config.js";
import type { EarlyStopping } from "./early-stopping.js";
import { resolvedWeightsSchema, type Weights } from "./initial-weights.js";
import { marginSchema } from "./margin.js";
import { microBatchSize } from "./micro-batch.js";
import type { Once } from "./once.js";
import type { ResolvedTrainConfig } from "./resolved-config.generated.js";
import { splitSizes } from "./split-sizes.js";
import { QUESTIONS } from "./study-question.js";
import { SUITE_NAMES } from "./suites.js";
import { targetsSchema } from "./targets.js";
import { defaultThreads } from "./threads.js";
import type { ParsedSharedConfig } from "./train-config.js";
import { resolvedTuningSchema } from "./tuning-config.js";

export type * from "./resolved-config.generated.js";

const count = z.int().min(0);

/** A part with the type that this version gives it. Only `shape` is checked, so a later version's names and settings pass. */
const part = <Type>(tsType: string, shape: z.ZodRawShape = {}) =>
  z.object(shape).meta({ tsType }) as unknown as z.ZodType<Type, Type>;

/** The common keys of a resolved optimizer or loss. Its hyperparameters are further keys. */
const choiceShape = {
  name: z.string().describe("its name"),
  label: z.string().optional().describe("its name in results"),
  semantics: z.string().describe('whose formula and defaults it has; "custom" for a custom formula'),
  formula: z.string().describe("the formula that ran"),
};
const loss = part<ResolvedLoss>("ResolvedLoss", choiceShape);
const optimizer = part<ResolvedOptimizer>("ResolvedOptimizer", {
  ...choiceShape,
  learningRate: z.number().describe("learning rate before the schedule changes it"),
});

export const splitSizesSchema = z
  .object({
    train: count.describe("number of training images"),
    validation: count.describe("number of validation images"),
    stratified: z
      .boolean()
      .optional()
      .describe("whether each class has the same share of both parts; if absent, not"),
  })
  .describe("images to train and to validate with");

const sharedShape = {
  dataset: z
    .string()
    .describe("the dataset's name or folder; for one given in memory, the name it was given"),
  dataDir: z.string().optional().describe("folder with the files of a named dataset"),
  resize: readOptionsShape.resize.describe(
    "size in pixels to which all images were resized; if absent, none was",
  ),
  labelColumn: readOptionsShape.labelColumn.describe("column of the labels in CSV files, if it was given"),
  labelFile: readOptionsShape.labelFile.describe("file of the labels of .npy images, if it was given"),
  groupColumn: readOptionsShape.groupColumn.describe("column of the groups in CSV files, if it was given"),
  greyscale: readOptionsShape.greyscale.describe("whether colour images were converted to one channel"),
  split: splitSizesSchema.describe("numbers of training and validation images"),
  standardise: z
    .boolean()
    .optional()
    .describe("whether images were standardised, by the training images; if absent, not"),
  model: part<ResolvedModel>("ResolvedModel", {
    name: z.string().optional().describe("its name in results"),
    layers: z.array(z.looseObject({ type: z.string().describe("its type") })).describe("its layers"),
  }).describe("the model's layers from the image to the logits"),
  initialWeights: resolvedWeightsSchema
    .optional()
    .describe("weights that training started from; if absent, random ones"),
  frozen: layerNamesSchema.optional().describe("layers that training left as they were; if absent, none"),
  semantics: z.enum(SEMANTICS).describe("framework whose formulas, defaults and initial weights are used"),
  schedule: part<ResolvedSchedule>("ResolvedSchedule", { name: z.string().describe("its name") }).describe(
    "how the learning rate changes",
  ),
  earlyStopping: part<EarlyStopping>("EarlyStopping")
    .optional()
    .describe("when to stop early; if absent, never"),
  epochs: count.describe("passes over the training images"),
  batchSize: count.min(1).describe("images per step"),
  gradientAccumulation: count.min(1).describe("batches per update"),
  augmentation: part<Augmentation>("Augmentation")
    .optional()
    .describe("random distortions of training images; if absent, none"),
  microBatch: count.min(1).describe("images that one thread computes at a time"),
  device: z.string().describe("device that trained: cpu, cuda or cuda:1"),
  threads: count.describe("CPU threads"),
  untimedSteps: z.boolean().describe("whether untimed steps ran first"),
  testEvaluation: z
    .literal(false)
    .optional()
    .describe("false if the test images were not evaluated; absent otherwise"),
};

const runShape = {
  name: z.string().optional().describe("name of the run in results"),
  ...sharedShape,
  loss: loss.describe("the loss with every default filled in, and its formula"),
  optimizer: optimizer.describe("the optimizer with every default filled in, and its formula"),
};

export const resolvedTrainConfigSchema = z
  .object({
    ...runShape,
    seed: count.describe("seed of the split, the initial weights and the data order"),
    targets: targetsSchema.optional(),
  })
  .describe("a run with every default filled in: plain JSON, and a valid `TrainConfig` again");

const { dataDir, device, threads, untimedSteps, ...rest } = runShape;
const { name, optimizer: armOptimizer, loss: armLoss, ...differing } = rest;
const maybe = z.object(differing).partial().shape;

export const resolvedArmSchema = z
  .object({ name, ...maybe, optimizer: armOptimizer, loss: armLoss })
  .describe("what distinguishes the runs of an arm: every key in which the study's arms differ");

export const resolvedCompareConfigSchema = z
  .object({
    question: z
      .enum(QUESTIONS)
      .optional()
      .describe("how the optimizers got their settings, if it was declared"),
    suite: z
      .enum(SUITE_NAMES)
      .optional()
      .describe("the suite that the arms come from, whose tasks are datasets with models"),
    tuning: resolvedTuningSchema.optional().describe("how settings were found, if the study is tuned"),
    dataDir,
    ...maybe,
    device,
    threads,
    untimedSteps,
    optimizers: z
      .array(optimizer)
      .readonly()
      .optional()
      .describe("the optimizers, as in the runs; absent if `arms` lists them"),
    losses: z
      .array(loss)
      .readonly()
      .optional()
      .describe("the losses, as in the runs; absent as `optimizers` is"),
    arms: z
      .array(resolvedArmSchema)
      .readonly()
      .optional()
      .describe("the arms of a study that varies more than optimizer and loss"),
    seeds: z.array(count).readonly().describe("the seeds; with `seedsPerRound`, the most"),
    seedsPerRound: count
      .optional()
      .describe("seeds per round, if seeds were added in rounds until every pair of arms was decided"),
    execution: z.enum(EXECUTIONS).describe("whether runs went one after another or in parallel"),
    margin: marginSchema.optional(),
    targets: targetsSchema.optional(),
  })
  .describe(
    "a study with every default filled in: plain JSON, and a valid `CompareConfig` again. Keys in which arms differ are in `arms` only.",
  );

/** The facts about a dataset that a config is resolved against. */
export type DatasetInfo = Pick<Dataset, "name" | "count" | "height" | "width" | "channels" | "classes"> & {
  readonly validation?: { readonly count: number };
  readonly groups?: ArrayLike<number>;
};

/** A run's config without what is resolved by formula. */
export type ResolvedSharedConfig = Omit<
  ResolvedTrainConfig,
  "name" | "optimizer" | "loss" | "seed" | "targets"
>;

/**
 * Fills in every default of a config, including those that depend on the dataset.
 *
 * @throws OptimbenchError (CONFIG) if the dataset is too small for the split, or a value does not fit the model
 */
export function resolveConfig(
  config: ParsedSharedConfig,
  dataset: DatasetInfo,
  once: Once,
  weights?: Weights,
): ResolvedSharedConfig {
  const { semantics } = config;
  const { classes } = dataset;
  const split = splitSizes(config.split ?? {}, dataset);
  const model = once.of("model", [config.model, classes, semantics], () =>
    deepFreeze(resolveModel(config.model, { classes, semantics })),
  );
  const batchSize = Math.min(config.batchSize, split.train);
  return {
    dataset: dataset.name,
    ...(config.dataDir === undefined ? {} : { dataDir: config.dataDir }),
    ...readOptionsOf(config),
    split: Object.freeze(split),
    ...(config.standardise && { standardise: true }),
    model,
    ...(weights && { initialWeights: deepFreeze(weights.config) }),
    ...(config.frozen && { frozen: deepFreeze(config.frozen) }),
    semantics,
    schedule: once.of("schedule", [config.schedule], () =>
      deepFreeze(resolveSchedule(config.schedule, "schedule")),
    ),
    ...(config.earlyStopping && { earlyStopping: deepFreeze(config.earlyStopping) }),
    epochs: config.epochs,
    batchSize,
    gradientAccumulation: config.gradientAccumulation,
    ...(config.augmentation && { augmentation: deepFreeze(config.augmentation) }),
    microBatch: Math.min(config.microBatch ?? microBatchSize(batchSize), batchSize),
    device: config.device,
    threads: config.threads ?? once.of("threads", [], defaultThreads),
    untimedSteps: config.untimedSteps,
    ...(!config.testEvaluation && { testEvaluation: false as const }),
  };
}
