import { z } from "zod";
import { parse } from "../config/parse.js";
import { configError } from "../errors.js";
import { resolveSchedule, type ScheduleConfig, startSchedule } from "./schedules.js";

const MOST_STEPS = 1e8;

export const trainingLengthSchema = z.strictObject({
  /** Passes over the training images. Default 10. */
  epochs: z.int().min(1).max(100_000).default(10).describe("passes over the training images"),
  /** Images a step. Default 32. */
  batchSize: z.int().min(1).default(32).describe("images a step"),
  /** Images to train with. Default 48,000, the paper's. */
  trainSize: z.int().min(1).default(48_000).describe("images to train with"),
  /** The optimizer's learning rate. Default 0.001. */
  learningRate: z.number().min(0).default(0.001).describe("the optimizer's learning rate"),
});

/** How long a training is, and the optimizer's learning rate. Everything has a default. */
export interface ScheduleLength extends Readonly<z.input<typeof trainingLengthSchema>> {}

/**
 * The learning rate of each step of a training, before there is one.
 *
 * @example scheduleRates({ name: "cosine", warmUpEpochs: 1 }, { epochs: 5, learningRate: 0.1 })
 * @throws OptimbenchError (CONFIG, FORMULA); (CONFIG) for "reduceOnPlateau", whose rates depend on what is measured
 */
export function scheduleRates(config: ScheduleConfig, length: ScheduleLength = {}): Float64Array {
  const schedule = resolveSchedule(config);
  const { epochs, learningRate, ...images } = parse(trainingLengthSchema, length, "training length");
  const stepsPerEpoch = Math.ceil(images.trainSize / images.batchSize);
  if (schedule.name === "reduceOnPlateau")
    throw configError(
      "The rates of reduceOnPlateau follow what a run measures: nothing is known of them before.",
    );
  if (epochs * stepsPerEpoch > MOST_STEPS)
    throw configError(
      `${(epochs * stepsPerEpoch).toLocaleString("en")} steps are too many to list. Take fewer epochs, or a larger batch.`,
    );
  const { rate } = startSchedule(schedule, { learningRate, stepsPerEpoch, epochs });
  return Float64Array.from({ length: epochs * stepsPerEpoch }, (_, step) => rate(step));
}
