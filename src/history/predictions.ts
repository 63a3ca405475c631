import { z } from "zod";

export type * from "./predictions.generated.js";

/** Studies with more classes have no confusion matrices, which would fill study.json. */
export const MOST_CONFUSED_CLASSES = 64;
/** Bins of the largest probability, as in the calibration error. */
export const BINS = 15;
/** Wrong predictions that a run keeps. */
export const MOST_MISTAKES = 32;

const count = z.int().min(0);
const share = z.number().min(0).max(1);

export const reliabilityBinSchema = z
  .object({
    count: count.describe("number of images"),
    confidence: share.describe("mean of the largest probability; 0 without images"),
    accuracy: share.describe("fraction of correct predictions; 0 without images"),
  })
  .describe("images whose largest probability lies in one of 15 equal bins");

export const mistakeSchema = z
  .object({
    image: count.describe("index of the image in its set"),
    label: count.describe("its class"),
    predicted: count.describe("the predicted class"),
    confidence: share.describe("the probability of the predicted class"),
  })
  .describe("an image whose class was not predicted");

export const predictionsSchema = z
  .object({
    images: z
      .enum(["test", "validation"])
      .describe("what was predicted: the test images, or without any the validation images"),
    confusions: z
      .array(z.array(count).readonly())
      .readonly()
      .optional()
      .describe(
        `the confusion matrix: row i, column j counts the images of class i that were predicted as class j. Absent with more than ${MOST_CONFUSED_CLASSES} classes.`,
      ),
    reliability: z
      .array(reliabilityBinSchema)
      .readonly()
      .describe(`${BINS} bins of the largest probability, in ascending order`),
    mistakes: z
      .array(mistakeSchema)
      .readonly()
      .describe(
        `wrong predictions, the most confident first, at most ${MOST_MISTAKES}. Images are counted in the test set, in the dataset's validation set, or without one in the dataset.`,
      ),
  })
  .describe("what a trained model predicts");
