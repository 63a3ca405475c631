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
 * `learningRate * decayRate ** (step / decaySteps)`. Source: keras.optimizers.schedules.ExponentialDecay;
 * with `staircase`, PyTorch's ExponentialLR with gamma = `decayRate`.
 */
export const exponentialSchema = z
  .strictObject({
    name: z.literal("exponential"),
    /** What the rate is multiplied with over `decaySteps`, by default the steps of an epoch. Default 0.96. */
    decayRate: z.number().gt(0).default(0.96).describe("what the rate is multiplied with over the decay"),
    ...decayShape,
    /** Whether the rate falls at the end of each `decaySteps` alone. Default false. */
    staircase: z.boolean().default(false).describe("whether the rate falls in stairs"),
    ...warmUpShape,
  })
  .refine(...notBoth);

export function exponential(
  schedule: z.output<typeof exponentialSchema>,
  context: ScheduleContext,
): RateOfStep {
  const { decayRate, staircase } = schedule;
  const length = decayStepsOf(schedule, context, context.stepsPerEpoch);
  return (step) =>
    context.learningRate * decayRate ** (staircase ? Math.floor(step / length) : step / length);
}
