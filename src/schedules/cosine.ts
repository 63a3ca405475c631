import { z } from "zod";
import {
  decayShape,
  decayStepsOf,
  notBoth,
  type RateOfStep,
  type ScheduleContext,
  warmUpShape,
} from "./schedule-context.js";

/**
 * Half a cosine from the learning rate to `alpha` times it, then constant. Sources: keras.optimizers.schedules.CosineDecay;
 * Loshchilov & Hutter 2016, "SGDR".
 */
export const cosineSchema = z
  .strictObject({
    name: z.literal("cosine"),
    ...decayShape("the whole training"),
    alpha: z.number().min(0).default(0).describe("final rate, as a fraction of the learning rate"),
    ...warmUpShape,
  })
  .describe("lowers the rate along half a cosine to `alpha` times the learning rate, where it stays")
  .refine(...notBoth);

export function cosine(schedule: z.output<typeof cosineSchema>, context: ScheduleContext): RateOfStep {
  const { alpha } = schedule;
  const length = decayStepsOf(schedule, context, context.steps);
  return (step) => context.learningRate * ((1 - alpha) * halfCosine(Math.min(step, length) / length) + alpha);
}

/** From 1 to 0 as `done` goes from 0 to 1. */
export const halfCosine = (done: number): number => 0.5 * (1 + Math.cos(Math.PI * done));
