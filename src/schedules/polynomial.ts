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
 * From the learning rate to `endLearningRate` along `(1 - step / decaySteps) ** power`, then constant. Source:
 * keras.optimizers.schedules.PolynomialDecay.
 */
export const polynomialSchema = z
  .strictObject({
    name: z.literal("polynomial"),
    endLearningRate: z.number().min(0).default(1e-4).describe("final rate"),
    power: z.number().gt(0).default(1).describe("power of the decay: 1 for linear, 2 for quadratic"),
    ...decayShape("the whole training"),
    cycle: z.boolean().default(false).describe("whether the rate rises again after the decay"),
    ...warmUpShape,
  })
  .describe("changes the rate along a polynomial to `endLearningRate`, where it stays")
  .refine(...notBoth);

export function polynomial(
  schedule: z.output<typeof polynomialSchema>,
  context: ScheduleContext,
): RateOfStep {
  const { endLearningRate, power, cycle } = schedule;
  const length = decayStepsOf(schedule, context, context.steps);
  return (step) => {
    const whole = cycle ? length * Math.max(1, Math.ceil(step / length)) : length;
    const left = 1 - Math.min(step, whole) / whole;
    return (context.learningRate - endLearningRate) * left ** power + endLearningRate;
  };
}
