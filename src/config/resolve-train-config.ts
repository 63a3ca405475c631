import type { Semantics } from "../catalogue/semantics.js";
import type { Dataset } from "../data/dataset.js";
import { configError } from "../errors.js";
import { type ResolvedLoss, resolveLoss } from "../losses/losses.js";
import { lowerModel } from "../models/lower-model.js";
import { type ResolvedModel, resolveModel } from "../models/models.js";
import { needsWholeBatch } from "../models/whole-batch.js";
import { type ResolvedOptimizer, resolveOptimizer } from "../optimizers/optimizers.js";
import { type ResolvedSchedule, resolveSchedule } from "../schedules/schedules.js";
import { countText } from "../validation/count-text.js";
import { deepFreeze } from "../validation/deep-freeze.js";
import { parse } from "../validation/parse.js";
import type { Augmentation } from "./augmentation.js";
import { checkSchedule } from "./check-schedule.js";
import type { EarlyStopping } from "./early-stopping.js";
import { microBatchSize } from "./micro-batch.js";
import { defaultThreads } from "./threads.js";
import { type TrainConfig, trainConfigSchema } from "./train-config.js";

/** What a config is resolved against. */
export type DatasetInfo = Pick<Dataset, "name" | "count" | "height" | "width" | "channels" | "classes">;

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

type Places = Readonly<Record<"optimizer" | "loss", string>>;

/**
 * Fills in every default, those that depend on the dataset included.
 *
 * @param places where optimizer and loss lie in the config that the caller gave, for messages
 * @throws OptimbenchError (CONFIG) where the config does not describe a run on this dataset
 */
export function resolveTrainConfig(
  input: TrainConfig,
  dataset: DatasetInfo,
  places: Places = { optimizer: "optimizer", loss: "loss" },
): ResolvedTrainConfig {
  const config = parse(trainConfigSchema, input, "train config");
  const { semantics } = config;
  const { height, width, channels, classes } = dataset;
  const split = resolveSplit(config.split ?? {}, dataset);
  const model = resolveModel(config.model, { classes, semantics });
  lowerModel(model, { input: [channels, height, width], classes, semantics });
  const batchSize = Math.min(config.batchSize, split.train);
  const optimizer = resolveOptimizer(config.optimizer, semantics, places.optimizer);
  const schedule = resolveSchedule(config.schedule, "schedule");
  const length = {
    learningRate: optimizer.learningRate,
    stepsPerEpoch: Math.ceil(split.train / (batchSize * config.gradientAccumulation)),
    epochs: config.epochs,
  };
  checkSchedule(schedule, optimizer, length, places.optimizer);
  return deepFreeze({
    dataset: dataset.name,
    ...(config.dataDir === undefined ? {} : { dataDir: config.dataDir }),
    split,
    model,
    loss: resolveLoss(config.loss, semantics, classes, places.loss),
    optimizer,
    semantics,
    schedule,
    ...(config.earlyStopping && { earlyStopping: config.earlyStopping }),
    epochs: config.epochs,
    batchSize,
    gradientAccumulation: config.gradientAccumulation,
    ...(config.augmentation && { augmentation: config.augmentation }),
    microBatch: resolveMicroBatch(config.microBatch, batchSize, model),
    seed: config.seed,
    device: config.device,
    threads: config.threads ?? defaultThreads(),
    untimedSteps: config.untimedSteps,
  });
}

function resolveSplit(
  split: { train?: number | undefined; validation?: number | undefined },
  dataset: DatasetInfo,
): SplitSizes {
  const { count } = dataset;
  const validation =
    split.validation ?? Math.max(1, Math.min(Math.round(count / 5), count - (split.train ?? 0)));
  const train = split.train ?? Math.max(1, count - validation);
  if (train + validation > count) throw splitProblem(split, dataset);
  return { train, validation };
}

/** Why a dataset is too small for what was asked. */
function splitProblem(
  { train, validation }: { train?: number | undefined; validation?: number | undefined },
  { count, name }: DatasetInfo,
) {
  const there = `but ${name} has ${countText(count, "image")}`;
  if (train !== undefined && validation !== undefined)
    return configError(
      `\`split.train\` and \`split.validation\` are ${countText(train + validation, "image")} together, ${there}.`,
      "split",
    );
  const [[part, size], other] =
    train === undefined ? [["validation", validation ?? 1], "training"] : [["train", train], "validation"];
  return configError(
    `\`split.${part}\` is ${size.toLocaleString("en")}, ${there}, of which ${other} needs at least 1.`,
    `split.${part}`,
  );
}

/** Models that need their batches whole do not have them cut. */
function resolveMicroBatch(given: number | undefined, batchSize: number, model: ResolvedModel): number {
  const whole = needsWholeBatch(model.layers);
  const size = Math.min(given ?? (whole ? batchSize : microBatchSize(batchSize)), batchSize);
  if (whole && size < batchSize)
    throw configError(
      `\`microBatch\` is ${size}, but batchNorm2d needs the whole batch of ${batchSize} at once. Leave \`microBatch\` out.`,
      "microBatch",
    );
  return size;
}
