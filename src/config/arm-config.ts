import { z } from "zod";
import { trainConfigSchema } from "./train-config.js";

const { shape } = trainConfigSchema.unwrap();

/** An optional key; the schema has no default, so that the study's value counts. */
const ofArm = <Schema extends z.ZodType>(schema: Schema, description: string) =>
  schema.optional().describe(`${description}. Default: the study's.`);

/** One arm of a study: the part of a run's config in which it differs from the study. */
export const armConfigSchema = z
  .strictObject({
    name: shape.name,
    dataset: ofArm(shape.dataset.unwrap(), "name of a dataset, a folder, or arrays"),
    resize: ofArm(
      shape.resize.unwrap().nullable(),
      "size in pixels to which all images are resized. null stands for none",
    ),
    labelColumn: ofArm(shape.labelColumn.unwrap(), "column of the labels in CSV files"),
    labelFile: ofArm(shape.labelFile.unwrap(), "file of the labels of .npy images"),
    groupColumn: ofArm(
      shape.groupColumn.unwrap(),
      "column of CSV files that says which images belong together",
    ),
    greyscale: ofArm(shape.greyscale.unwrap(), "whether to convert colour images to one channel"),
    split: ofArm(shape.split.unwrap(), "numbers of training and validation images"),
    standardise: ofArm(
      shape.standardise.unwrap().nullable(),
      "give each channel of the training images mean 0 and standard deviation 1. null stands for no",
    ),
    model: ofArm(shape.model.unwrap(), "a model name or a list of layers"),
    initialWeights: ofArm(
      shape.initialWeights.unwrap().nullable(),
      "weights to start from. null stands for random ones",
    ),
    frozen: ofArm(
      shape.frozen.unwrap().nullable(),
      "layers that training leaves as they are. null stands for none",
    ),
    semantics: ofArm(
      shape.semantics.unwrap(),
      "framework whose formulas, defaults and initial weights are used",
    ),
    loss: shape.loss.unwrap().optional().describe("the loss. Default: sparseCategoricalCrossentropy."),
    optimizer: shape.optimizer.unwrap().optional().describe("the optimizer. Default: adam."),
    schedule: ofArm(shape.schedule.unwrap(), "how the learning rate changes"),
    earlyStopping: ofArm(
      shape.earlyStopping.unwrap().nullable(),
      "when to stop early. null stands for never",
    ),
    epochs: ofArm(shape.epochs.unwrap(), "passes over the training images"),
    batchSize: ofArm(shape.batchSize.unwrap(), "images per step"),
    gradientAccumulation: ofArm(shape.gradientAccumulation.unwrap(), "batches per update"),
    augmentation: ofArm(
      shape.augmentation.unwrap().nullable(),
      "random distortions of training images. null stands for none",
    ),
    microBatch: ofArm(shape.microBatch.unwrap(), "images that one thread computes at a time"),
  })
  .readonly()
  .describe("an arm of a study: a name, and the keys of a run's config in which it differs from the study");

export type ParsedArm = z.output<typeof armConfigSchema>;

/** The keys of a run's config in which arms may differ. All runs share the others, so that they are comparable. */
export type ArmKey = Exclude<keyof ParsedArm, "name">;
export const ARM_KEYS = Object.keys(armConfigSchema.unwrap().shape).filter(
  (key) => key !== "name",
) as ArmKey[];
