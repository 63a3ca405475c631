import { z } from "zod";
import {
  decaysBefore,
  notBoth,
  type RateOfStep,
  type ScheduleContext,
  staircaseShape,
  warmUpShape,
} from "./schedule-context.js";

/**
 * `learningRate * decayRate ** (step / decaySteps)`. Source: keras.optimizers.schedules.ExponentialDecay. With `staircase`, it
 * equals PyTorch's ExponentialLR with gamma = `decayRate`.
 */
export const exponentialSchema = z
  .strictObject({
    name: z.literal("exponential"),
    decayRate: z
      .number()
      .gt(0)
      .default(0.96)
      .describe("factor by which the rate is multiplied over the decay"),
    ...staircaseShape,
    ...warmUpShape,
  })
  .describe("multiplies the rate by `decayRate` to the power of step / `decaySteps`")
  .refine(...notBoth);

export function exponential(
  schedule: z.output<typeof exponentialSchema>,
  context: ScheduleContext,
): RateOfStep {
  const { decayRate } = schedule;
  const decays = decaysBefore(schedule, context);
  return (step) => context.learningRate * decayRate ** decays(step);
}
