import { z } from "zod";
import { classScoreSchema } from "../history/class-scores.js";
import { evaluationMetricsSchema } from "../history/epoch-record.js";
import { mistakeSchema, predictionsSchema, reliabilityBinSchema } from "../history/predictions.js";

export type * from "./evaluation.generated.js";

/** With more classes, an evaluation has no confusion matrix: a million numbers. */
export const MOST_MATRIX_CLASSES = 1024;

export const SPLITS = ["train", "validation", "test"] as const;
export const splitSchema = z.enum(SPLITS);

const share = z.number().min(0).max(1);
const { shape } = predictionsSchema;

export const evaluationSchema = evaluationMetricsSchema
  .extend({
    dataset: z.string().describe("name of the dataset"),
    split: splitSchema.describe("the part of it that was evaluated"),
    count: z.int().min(1).describe("number of images"),
    confidence: share.describe(
      "mean of the largest probability, which is the accuracy of a calibrated model",
    ),
    classes: z
      .array(classScoreSchema)
      .readonly()
      .optional()
      .describe(
        `precision, recall and F1 of each class, in the order of the labels. Absent with more than ${MOST_MATRIX_CLASSES} classes.`,
      ),
    confusions: z
      .array(z.array(z.int().min(0)).readonly())
      .readonly()
      .optional()
      .describe(
        `the confusion matrix: row i, column j counts the images of class i that were predicted as class j. Absent with more than ${MOST_MATRIX_CLASSES} classes.`,
      ),
    reliability: z.array(reliabilityBinSchema).readonly().describe(shape.reliability.description!),
    mistakes: z
      .array(mistakeSchema)
      .readonly()
      .describe(
        "wrong predictions, the most confident first, at most 32. Images are counted in the dataset's set.",
      ),
  })
  .describe("how well a model recognises the images of a dataset");
