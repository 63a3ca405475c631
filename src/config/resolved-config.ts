import type { Semantics } from "../catalogue/semantics.js";
import type { ResolvedLoss } from "../losses/losses.js";
import type { ResolvedModel } from "../models/models.js";
import type { ResolvedOptimizer } from "../optimizers/optimizers.js";
import type { ResolvedSchedule } from "../schedules/schedules.js";
import type { Augmentation } from "./augmentation.js";
import type { EXECUTIONS } from "./compare-config.js";
import type { EarlyStopping } from "./early-stopping.js";

/** Images to train and to validate with. */
export interface SplitSizes {
  readonly train: number;
  readonly validation: number;
}

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
