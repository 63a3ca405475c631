import { z } from "zod";
import {
  decaysBefore,
  notBoth,
  type RateOfStep,
  type ScheduleContext,
  staircaseShape,
  warmUpShape,
} from "./schedule-context.js";

/** `learningRate / (1 + decayRate * step / decaySteps)`. Source: keras.optimizers.schedules.InverseTimeDecay. */
export const inverseTimeSchema = z
  .strictObject({
    name: z.literal("inverseTime"),
    decayRate: z.number().min(0).default(0.5).describe("how fast the rate falls"),
    ...staircaseShape,
    ...warmUpShape,
  })
  .describe("divides the rate by 1 + `decayRate` * step / `decaySteps`")
  .refine(...notBoth);

export function inverseTime(
  schedule: z.output<typeof inverseTimeSchema>,
  context: ScheduleContext,
): RateOfStep {
  const { decayRate } = schedule;
  const decays = decaysBefore(schedule, context);
  return (step) => context.learningRate / (1 + decayRate * decays(step));
}
