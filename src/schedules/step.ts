import { z } from "zod";
import { type RateOfStep, type ScheduleContext, warmUpShape } from "./schedule-context.js";

/** Source: torch.optim.lr_scheduler.StepLR. */
export const stepSchema = z
  .strictObject({
    name: z.literal("step"),
    stepSize: z.int().min(1).describe("epochs between changes of the rate"),
    gamma: z.number().gt(0).default(0.1).describe("factor by which the rate is multiplied"),
    ...warmUpShape,
  })
  .describe("multiplies the rate by `gamma` every `stepSize` epochs");

export const step =
  (
    { stepSize, gamma }: z.output<typeof stepSchema>,
    { learningRate, stepsPerEpoch }: ScheduleContext,
  ): RateOfStep =>
  (at) =>
    learningRate * gamma ** Math.floor(at / (stepSize * stepsPerEpoch));
