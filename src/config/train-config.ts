import { z } from "zod";
import { SEMANTICS } from "../catalogue/semantics.js";
import type { DatasetInMemory } from "../data/load-dataset.js";
import { LOSS_NAMES, lossSchema } from "../losses/losses.js";
import { modelSchema } from "../models/models.js";
import { OPTIMIZER_NAMES, optimizerSchema } from "../optimizers/optimizers.js";
import { SCHEDULE_NAMES, scheduleSchema } from "../schedules/schedules.js";
import { describe } from "../validation/describe.js";
import { parse } from "../validation/parse.js";
import { pathSchema } from "../validation/path-schema.js";
import { augmentationSchema } from "./augmentation.js";
import { earlyStoppingSchema } from "./early-stopping.js";
import { threadsSchema } from "./threads.js";

const images = z.int().min(1);

/** Images and labels in memory; `loadDataset` checks what is in them. */
const inMemory = z.custom<DatasetInMemory>(
  (value) => typeof value === "object" && value !== null && "images" in value,
  {
    error: ({ input }) =>
      `Expected a name, a folder or { images, labels } for \`{path}\`, got ${describe(input)}.`,
  },
);

/** What a run is made from, apart from its optimizer, loss and seed, which `compare` varies. */
export const sharedShape = {
  /** "mnist", "mnist-10k", a folder of IDX files, or `{ images, labels, ... }`. Default: "mnist" where it is on the disk, "mnist-10k" otherwise. */
  dataset: z
    .union([pathSchema, inMemory])
    .optional()
    .describe(
      "mnist, mnist-10k or a folder of IDX files (default: mnist if it is on this machine, else mnist-10k)",
    ),
  /** Folder in which to look for the files of a named dataset. */
  dataDir: pathSchema.optional().describe("folder with the files of a named dataset"),
  /** Numbers of training and validation images, drawn by the seed. Default: four fifths and one fifth. */
  split: z
    .strictObject({
      /** Images to train with. Default: all that validation leaves. */
      train: images
        .optional()
        .describe("number of training images (default: all except the validation images)"),
      /** Images to validate with. Default: a fifth of the dataset, or what training leaves. */
      validation: images.optional().describe("number of validation images (default: a fifth of the dataset)"),
    })
    .readonly()
    .optional()
    .describe("numbers of training and validation images"),
  /** A preset's name, or `{ layers: [...] }` from image to logits. Default "paper-cnn". */
  model: modelSchema.default("paper-cnn").describe("a model name or a list of layers"),
  /** Whose formulas, defaults and initial weights: "keras3" (default), "keras2" or "pytorch". */
  semantics: z
    .enum(SEMANTICS)
    .default("keras3")
    .describe("framework whose formulas, defaults and initial weights are used"),
  /** How the learning rate changes from step to step: a name, `{ name, ... }` with settings, or a formula. Default "constant". */
  schedule: scheduleSchema
    .default("constant")
    .describe(`how the learning rate changes: ${SCHEDULE_NAMES.join(", ")}`),
  /** When to end a training before its last epoch; the best epoch's weights are then restored. Default: never. */
  earlyStopping: earlyStoppingSchema
    .optional()
    .describe("when to stop early, restoring the best epoch's weights"),
  /** Passes over the training images. Default 10 in `train`, 3 in `compare`; 0 measures the initial weights alone. */
  epochs: z.int().min(0).max(100_000).default(10).describe("passes over the training images"),
  /** Images a step; more than there are means all of them. The last batch of an epoch may be smaller. Default 32. */
  batchSize: z.int().min(1).default(32).describe("images per step; the whole training set if it is smaller"),
  /**
   * Batches an update: the update takes the gradient of the mean loss over all their images, as one batch that many times
   * larger would. The last group of an epoch may have fewer. Default 1.
   */
  gradientAccumulation: z
    .int()
    .min(1)
    .max(100_000)
    .default(1)
    .describe("batches per update, which uses the gradient of their mean loss"),
  /** Random distortions of the training images, drawn anew for each image and epoch by the seed. Default: none. */
  augmentation: augmentationSchema
    .optional()
    .describe("random distortions of training images, such as shift=2:rotation=10"),
  /**
   * Images that one thread computes at a time. Results depend on it in the last bits, so it follows from the batch size
   * alone unless given. Default: half the batch, 8 to 16; the whole batch for models with batchNorm2d.
   */
  microBatch: z
    .int()
    .min(1)
    .optional()
    .describe("images that one thread computes at a time (default: derived from the batch size)"),
  /** "cpu", "cuda", "cuda:1" ..., or "auto" (default): a GPU where there is one. */
  device: z
    .string()
    .regex(/^(auto|cpu|cuda(:\d{1,2})?)$/, {
      error: ({ input }) =>
        `Expected "auto", "cpu", "cuda" or "cuda:<number>" for \`{path}\`, got "${input}" (string).`,
    })
    .default("auto")
    .describe("device to train on: auto, cpu, cuda or cuda:1"),
  /**
   * CPU threads, 1 to 1024; the same result with any number. At most 16 share the forward and backward pass of a batch, more
   * help only in updates and evaluation. Default: the cores this process may use.
   */
  threads: threadsSchema.optional().describe("CPU threads (default: the cores available to this process)"),
  /** Whether to run untimed steps first to prepare kernels and memory; they leave no trace in the run. Default true. */
  untimedSteps: z.boolean().default(true).describe("run untimed steps first to prepare kernels and memory"),
} as const;

export const seedSchema = z.int().min(0);

export const trainConfigSchema = z
  .strictObject({
    ...sharedShape,
    /** A loss's name, or `{ name, ... }` with its settings. Default "sparseCategoricalCrossentropy". */
    loss: lossSchema
      .default("sparseCategoricalCrossentropy")
      .describe(`the loss to minimise: ${LOSS_NAMES.join(", ")}`),
    /** An optimizer's name, or `{ name, learningRate, ... }` with its hyperparameters. Default "adam". */
    optimizer: optimizerSchema.default("adam").describe(`the optimizer: ${OPTIMIZER_NAMES.join(", ")}`),
    /** Determines the split, the initial weights, the order of the images and dropout and augmentation. Default 0. */
    seed: seedSchema.default(0).describe("seed of the split, the initial weights and the data order"),
  })
  .readonly();

/** One training, as a user describes it. Everything has a default. */
export interface TrainConfig extends z.input<typeof trainConfigSchema> {}

/** The same with the defaults filled in that depend on nothing else. */
export type ParsedTrainConfig = z.output<typeof trainConfigSchema>;

/** @throws OptimbenchError (CONFIG): one line a problem */
export const parseTrainConfig = (input: TrainConfig): ParsedTrainConfig =>
  parse(trainConfigSchema, input, "train config");
