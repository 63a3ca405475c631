import { z } from "zod";
import {
  decayShape,
  decayStepsOf,
  notBoth,
  type RateOfStep,
  type ScheduleContext,
  warmUpShape,
} from "./schedule-context.js";

/** `learningRate / (1 + decayRate * step / decaySteps)`. Source: keras.optimizers.schedules.InverseTimeDecay. */
export const inverseTimeSchema = z
  .strictObject({
    name: z.literal("inverseTime"),
    /** How fast the rate falls. Default 0.5. */
    decayRate: z.number().min(0).default(0.5).describe("how fast the rate falls"),
    ...decayShape,
    /** Whether the rate falls at the end of each `decaySteps`, by default those of an epoch, alone. Default false. */
    staircase: z.boolean().default(false).describe("whether the rate falls in stairs"),
    ...warmUpShape,
  })
  .refine(...notBoth);

export function inverseTime(
  schedule: z.output<typeof inverseTimeSchema>,
  context: ScheduleContext,
): RateOfStep {
  const { decayRate, staircase } = schedule;
  const length = decayStepsOf(schedule, context, context.stepsPerEpoch);
  return (step) =>
    context.learningRate / (1 + decayRate * (staircase ? Math.floor(step / length) : step / length));
}
