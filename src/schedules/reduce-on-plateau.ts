import { z } from "zod";
import type { Metrics } from "../history/epoch-record.js";
import { warmUpShape } from "./schedule-context.js";

/**
 * Multiplies the rate by `factor` when the monitored metric has not improved for `patience` epochs: the paper's "halve the value
 * of the learning rate as convergence slows down". Source: keras/src/callbacks/reduce_lr_on_plateau.py, whose defaults are factor
 * 0.1 and patience 10.
 */
export const reduceOnPlateauSchema = z
  .strictObject({
    name: z.literal("reduceOnPlateau"),
    factor: z.number().gt(0).lt(1).default(0.5).describe("factor by which the rate is multiplied"),
    patience: z.int().min(0).default(2).describe("epochs without improvement before the rate is reduced"),
    monitor: z
      .enum(["loss", "accuracy"])
      .default("loss")
      .describe("metric to watch on the validation images"),
    minDelta: z
      .number()
      .min(0)
      .default(1e-4)
      .describe("a change must exceed this to count as an improvement"),
    cooldown: z.int().min(0).default(0).describe("epochs after a reduction before counting resumes"),
    minLearningRate: z.number().min(0).default(0).describe("lower bound of the rate"),
    ...warmUpShape,
  })
  .describe("multiplies the rate by `factor` whenever a metric has not improved for `patience` epochs");

/** Tracks the rate after each epoch's validation. */
export function reduceOnPlateau(schedule: z.output<typeof reduceOnPlateauSchema>, initialRate: number) {
  const { factor, patience, monitor, minDelta, cooldown, minLearningRate } = schedule;
  const improves = (value: number, best: number) =>
    monitor === "loss" ? value + minDelta < best : value - minDelta > best; // rounded as in Keras
  let rate = initialRate;
  let best = monitor === "loss" ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  let wait = 0;
  let cooling = 0;
  return {
    rate: () => rate,
    afterEpoch({ validation }: { readonly validation: Metrics }) {
      const value = validation[monitor] ?? Number.NaN;
      if (cooling > 0) {
        cooling -= 1;
        wait = 0;
      }
      if (improves(value, best)) {
        best = value;
        wait = 0;
      } else if (cooling === 0) {
        wait += 1;
        if (wait >= patience && rate > minLearningRate) {
          rate = Math.max(rate * factor, minLearningRate);
          cooling = cooldown;
          wait = 0;
        }
      }
    },
  };
}
