import { z } from "zod";

export type * from "./epoch-record.generated.js";

const seconds = z.number().min(0);

export const metricsSchema = z
  .object({
    loss: z.number().nullable().describe("mean loss per image; null if it is not finite (a diverged run)"),
    accuracy: z
      .number()
      .min(0)
      .max(1)
      .describe("fraction of images whose largest output is the label's, from 0 to 1"),
  })
  .describe("what is measured on a set of images");

const error = z.number().min(0).nullable();

export const evaluationMetricsSchema = metricsSchema
  .extend({
    negativeLogLikelihood: error.describe(
      "mean of -log softmax(logits)[label] per image, for any loss; null if it is not finite",
    ),
    calibrationError: error.describe(
      "expected calibration error, from 0 to 1 (Guo et al. 2017): the difference between the largest probability and the fraction of correct predictions, averaged over 15 equal bins of that probability; null if it is not finite",
    ),
  })
  .describe(
    "what is measured on images that are not trained on. The likelihood and the calibration error are comparable between losses.",
  );

export const epochRecordSchema = z
  .object({
    epoch: z.int().min(0).describe("number of the epoch; 0 is the state before training"),
    learningRate: z
      .number()
      .describe(
        "learning rate of the epoch's first step; a schedule may change it from step to step. In epoch 0, that of the first step to come.",
      ),
    train: metricsSchema.describe(
      "running means over the epoch while the weights move, as in Keras, of the loss with its class weights; in epoch 0, measured on the initial weights",
    ),
    validation: evaluationMetricsSchema.describe("measured after the epoch, without class weights"),
    seconds: z
      .object({
        train: seconds.describe("seconds of the training steps alone"),
        evaluate: seconds.describe("seconds of the evaluation"),
      })
      .describe("durations on a monotonic clock"),
  })
  .describe("one epoch of one run");

export const runStatusSchema = z.enum(["completed", "diverged", "cancelled"]).describe("how a run ended");

export const runSecondsSchema = z
  .object({
    train: seconds.describe("seconds of the training steps of all epochs"),
    evaluate: seconds.describe("seconds of all evaluations"),
    untimedSteps: seconds.describe("seconds of the untimed steps, which the other two do not include"),
    total: seconds.describe("seconds of the whole run, including loading"),
  })
  .describe("totals of a run");
