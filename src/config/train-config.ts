import { z } from "zod";
import { SEMANTICS } from "../catalogue/semantics.js";
import type { DatasetInMemory } from "../data/in-memory.js";
import { DATASET_NAMES } from "../data/named/named-datasets.js";
import { readOptionsShape } from "../data/read-options.js";
import { lossSchema } from "../losses/losses.js";
import { layerNamesSchema } from "../models/layer-names.js";
import { modelSchema } from "../models/models.js";
import { optimizerSchema } from "../optimizers/optimizers.js";
import { scheduleSchema } from "../schedules/schedules.js";
import { describe } from "../validation/describe.js";
import { parse } from "../validation/parse.js";
import { pathSchema } from "../validation/path-schema.js";
import { augmentationSchema } from "./augmentation.js";
import { earlyStoppingSchema } from "./early-stopping.js";
import { initialWeightsSchema } from "./initial-weights.js";
import { targetsSchema } from "./targets.js";
import { threadsSchema } from "./threads.js";
import type { TrainConfig } from "./train-config.generated.js";

const images = z.int().min(1);

/** Images and labels in memory; `loadDataset` checks their content. */
export const inMemory = z
  .custom<DatasetInMemory>((value) => typeof value === "object" && value !== null && "images" in value, {
    error: ({ input }) =>
      `Expected a name, a folder or { images, labels } for \`{path}\`, got ${describe(input)}.`,
  })
  .meta({ tsType: "DatasetInMemory" });

/** The keys of a run's config, except optimizer, loss and seed, which `compare` varies. */
export const sharedShape = {
  $schema: z
    .string()
    .max(4096)
    .optional()
    .describe("address of this config's JSON Schema, for editors; it changes nothing"),
  dataset: z
    .union([pathSchema.meta({ examples: [...DATASET_NAMES] }), inMemory])
    .optional()
    .describe(
      "name of a dataset, as `optimbench data` lists them, or the path of images: a folder with a folder per class, a CSV file, .npy, .npz or IDX files, or CIFAR-10 (default: mnist if it is on this machine, else mnist-10k). A program may also pass arrays, `{ images, labels }`, or a loaded dataset.",
    ),
  dataDir: pathSchema
    .optional()
    .describe("folder with the files of a named dataset. Default: OPTIMBENCH_DATA, then the cache."),
  ...readOptionsShape,
  split: z
    .strictObject({
      train: images
        .optional()
        .describe("number of training images (default: all except the validation images)"),
      validation: images
        .optional()
        .describe(
          "number of validation images (default: a fifth of the dataset, or all validation images that it supplies). If images are grouped, a part may have fewer, since groups are not divided.",
        ),
      stratified: z
        .boolean()
        .optional()
        .describe(
          "give each class the same share of both parts. Default: images are drawn regardless of their class.",
        ),
    })
    .readonly()
    .optional()
    .describe(
      "numbers of training and validation images. The seed draws them. Default: four fifths and one fifth.",
    ),
  standardise: z
    .boolean()
    .optional()
    .describe(
      "give each channel of the training images mean 0 and standard deviation 1. All other images get the same shift and scale, which the run's record and the saved model contain. Default: values from 0 to 1.",
    ),
  model: modelSchema
    .default("paper-cnn")
    .describe("a model name or a list of layers. The layers lead from the image to the logits."),
  initialWeights: initialWeightsSchema
    .optional()
    .describe(
      "weights to start from, in a .safetensors file of this package or of PyTorch. A program may also pass a trained model or its tensors. Default: random weights, drawn by the seed.",
    ),
  frozen: layerNamesSchema
    .optional()
    .describe(
      "layers that training leaves as they are, such as conv2d_0 and residual_1. Frozen batch normalisation uses its running statistics. Default: none.",
    ),
  semantics: z
    .enum(SEMANTICS)
    .default("keras3")
    .describe("framework whose formulas, defaults and initial weights are used"),
  schedule: scheduleSchema
    .default("constant")
    .describe(
      "how the learning rate changes. A name, `{ name, ... }` with settings, or a formula for the rate of each step.",
    ),
  earlyStopping: earlyStoppingSchema
    .optional()
    .describe("when to stop early, restoring the best epoch's weights. Default: never."),
  epochs: z
    .int()
    .min(0)
    .max(100_000)
    .default(10)
    .describe("passes over the training images. 0 measures the initial weights alone."),
  batchSize: z
    .int()
    .min(1)
    .default(32)
    .describe(
      "images per step; the whole training set if it is smaller. The last batch of an epoch may be smaller.",
    ),
  gradientAccumulation: z
    .int()
    .min(1)
    .max(100_000)
    .default(1)
    .describe(
      "batches per update, which uses the gradient of their mean loss. The last group of an epoch may have fewer batches.",
    ),
  augmentation: augmentationSchema
    .optional()
    .describe(
      "random distortions of training images, such as shift=2:rotation=10. They are drawn again for each image and epoch, by the seed. Default: none.",
    ),
  microBatch: z
    .int()
    .min(1)
    .optional()
    .describe(
      "images that one thread computes at a time (default: derived from the batch size). The last bits of results depend on it. The default is half the batch, at least 8 and at most 16.",
    ),
  device: z
    .string()
    .regex(/^(auto|cpu|cuda(:\d{1,2})?)$/, {
      error: ({ input }) =>
        `Expected "auto", "cpu", "cuda" or "cuda:<number>" for \`{path}\`, got "${input}" (string).`,
    })
    .meta({ examples: ["auto", "cpu", "cuda", "cuda:0"] })
    .default("auto")
    .describe('device to train on: auto, cpu, cuda or cuda:1. "auto" uses a GPU if there is one.'),
  threads: threadsSchema
    .optional()
    .describe(
      "CPU threads (default: the cores available to this process). Any number gives the same result. At most 16 share the forward and backward pass of a batch; more help only in updates and evaluation.",
    ),
  untimedSteps: z
    .boolean()
    .default(true)
    .describe("run untimed steps first to prepare kernels and memory. They leave no trace in the run."),
  testEvaluation: z
    .boolean()
    .default(true)
    .describe(
      "evaluate the test images at the end, if the dataset has any. false leaves them unseen, for runs that settings are selected by.",
    ),
} as const;

export const seedSchema = z.int().min(0);

export const trainConfigSchema = z
  .strictObject({
    name: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe(
        "name of the run in results. Default: its optimizer, with what distinguishes it from others.",
      ),
    ...sharedShape,
    loss: lossSchema
      .default("sparseCategoricalCrossentropy")
      .describe("the loss to minimise. A name, `{ name, ... }` with settings, or a formula."),
    optimizer: optimizerSchema
      .default("adam")
      .describe("the optimizer. A name, `{ name, learningRate, ... }` with hyperparameters, or a formula."),
    seed: seedSchema
      .default(0)
      .describe(
        "seed of the split, the initial weights and the data order. Dropout and augmentation use it too.",
      ),
    targets: targetsSchema.optional(),
  })
  .readonly()
  .describe("a training run; every key has a default");

export type { TrainConfig };

/** A config with all defaults filled in that do not depend on the dataset or the machine. */
export type ParsedTrainConfig = z.output<typeof trainConfigSchema>;

/** The part of a config that all runs of a study share. */
export type ParsedSharedConfig = Omit<ParsedTrainConfig, "name" | "optimizer" | "loss" | "seed">;

/** @throws OptimbenchError (CONFIG) with one line per problem */
export const parseTrainConfig = (input: TrainConfig): ParsedTrainConfig =>
  parse(trainConfigSchema, input, "train config");
