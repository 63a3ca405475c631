import { z } from "zod";
import { configError } from "../errors.js";
import { integerText } from "../validation/count-text.js";
import { parse } from "../validation/parse.js";
import type { ScheduleLength } from "./schedule-config.generated.js";
import { resolveSchedule, type ScheduleConfig, startSchedule } from "./schedules.js";

const MOST_STEPS = 1e8;

export const trainingLengthSchema = z
  .strictObject({
    epochs: z.int().min(1).max(100_000).default(10).describe("passes over the training images"),
    batchSize: z.int().min(1).default(32).describe("images per step"),
    trainSize: z.int().min(1).default(48_000).describe("number of training images"),
    learningRate: z.number().min(0).default(0.001).describe("the optimizer's learning rate"),
  })
  .describe("length of a training run, and the optimizer's learning rate; every key has a default");

export type { ScheduleLength };

/**
 * Computes the learning rate of each step of a training run, without training.
 *
 * @example scheduleRates({ name: "cosine", warmUpEpochs: 1 }, { epochs: 5, learningRate: 0.1 })
 * @throws OptimbenchError (CONFIG, FORMULA); (CONFIG) for "reduceOnPlateau", whose rates depend on the results of a run
 */
export function scheduleRates(config: ScheduleConfig, length: ScheduleLength = {}): Float64Array {
  const { schedule, steps } = start(config, length);
  return Float64Array.from({ length: steps }, (_, step) => schedule.rate(step));
}

/** Computes the momentum of each step, as `scheduleRates`; undefined if the schedule does not change it. */
export function scheduleMomenta(
  config: ScheduleConfig,
  length: ScheduleLength = {},
): Float64Array | undefined {
  const { schedule, steps } = start(config, length);
  const { momentum } = schedule;
  return momentum && Float64Array.from({ length: steps }, (_, step) => momentum(step));
}

function start(config: ScheduleConfig, length: ScheduleLength) {
  const resolved = resolveSchedule(config);
  const { epochs, learningRate, ...images } = parse(trainingLengthSchema, length, "training length");
  const stepsPerEpoch = Math.ceil(images.trainSize / images.batchSize);
  const steps = epochs * stepsPerEpoch;
  if (resolved.name === "reduceOnPlateau")
    throw configError(
      "The rates of reduceOnPlateau depend on what a run measures, so they cannot be computed in advance. Choose another schedule, or read `learningRate` in the history of a run.",
    );
  if (steps > MOST_STEPS)
    throw configError(
      `${integerText(steps)} steps are too many to list. Use fewer epochs or a larger batch.`,
    );
  return { schedule: startSchedule(resolved, { learningRate, stepsPerEpoch, epochs }), steps };
}
