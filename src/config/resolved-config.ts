import type { Semantics } from "../catalogue/semantics.js";
import type { Dataset } from "../data/dataset.js";
import type { ResolvedLoss } from "../losses/losses.js";
import { type ResolvedModel, resolveModel } from "../models/models.js";
import type { ResolvedOptimizer } from "../optimizers/optimizers.js";
import { type ResolvedSchedule, resolveSchedule } from "../schedules/schedules.js";
import type { Augmentation } from "./augmentation.js";
import type { EXECUTIONS } from "./compare-config.js";
import type { EarlyStopping } from "./early-stopping.js";
import { resolveMicroBatch } from "./micro-batch.js";
import { type SplitSizes, splitSizes } from "./split-sizes.js";
import { defaultThreads } from "./threads.js";
import type { ParsedTrainConfig } from "./train-config.js";

/** The facts about a dataset that a config is resolved against. */
export type DatasetInfo = Pick<Dataset, "name" | "count" | "height" | "width" | "channels" | "classes">;

/** A run with every default filled in: plain JSON, and a valid `TrainConfig` again. */
export interface ResolvedTrainConfig {
  /** The dataset's name; for one given in memory, the name it was given. */
  readonly dataset: string;
  readonly dataDir?: string;
  readonly split: SplitSizes;
  readonly model: ResolvedModel;
  readonly loss: ResolvedLoss;
  readonly optimizer: ResolvedOptimizer;
  readonly semantics: Semantics;
  readonly schedule: ResolvedSchedule;
  readonly earlyStopping?: EarlyStopping;
  readonly epochs: number;
  readonly batchSize: number;
  readonly gradientAccumulation: number;
  readonly augmentation?: Augmentation;
  readonly microBatch: number;
  readonly seed: number;
  readonly device: string;
  readonly threads: number;
  readonly untimedSteps: boolean;
}

/** What runs of a study may differ in. */
export type Factor = "optimizer" | "loss" | "seed";

/** A study with every default filled in: plain JSON, and a valid `CompareConfig` again. */
export interface ResolvedCompareConfig extends Omit<ResolvedTrainConfig, Factor> {
  readonly optimizers: readonly ResolvedTrainConfig["optimizer"][];
  readonly losses: readonly ResolvedTrainConfig["loss"][];
  readonly seeds: readonly number[];
  readonly execution: (typeof EXECUTIONS)[number];
}

/**
 * Fills in every default of a config, including those that depend on the dataset.
 *
 * @throws OptimbenchError (CONFIG) where the dataset is too small for the split, or a value does not fit the model
 */
export function resolveConfig(
  config: Omit<ParsedTrainConfig, Factor>,
  dataset: DatasetInfo,
): Omit<ResolvedTrainConfig, Factor> {
  const { semantics } = config;
  const split = splitSizes(config.split ?? {}, dataset);
  const model = resolveModel(config.model, { classes: dataset.classes, semantics });
  const batchSize = Math.min(config.batchSize, split.train);
  return {
    dataset: dataset.name,
    ...(config.dataDir === undefined ? {} : { dataDir: config.dataDir }),
    split,
    model,
    semantics,
    schedule: resolveSchedule(config.schedule, "schedule"),
    ...(config.earlyStopping && { earlyStopping: config.earlyStopping }),
    epochs: config.epochs,
    batchSize,
    gradientAccumulation: config.gradientAccumulation,
    ...(config.augmentation && { augmentation: config.augmentation }),
    microBatch: resolveMicroBatch(config.microBatch, batchSize, model),
    device: config.device,
    threads: config.threads ?? defaultThreads(),
    untimedSteps: config.untimedSteps,
  };
}
