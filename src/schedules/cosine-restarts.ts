import { z } from "zod";
import { halfCosine } from "./cosine.js";
import { decayStepsOf, type RateOfStep, type ScheduleContext, warmUpShape } from "./schedule-context.js";

/**
 * Repeated cosine decays (SGDR). Sources: keras.optimizers.schedules.CosineDecayRestarts; Loshchilov & Hutter 2016.
 */
export const cosineRestartsSchema = z
  .strictObject({
    name: z.literal("cosineRestarts"),
    firstDecaySteps: z
      .int()
      .min(1)
      .optional()
      .describe("length of the first decay, in steps. Default: one epoch."),
    firstDecayEpochs: z.number().gt(0).optional().describe("length of the first decay, in epochs"),
    tMul: z.number().min(1).default(2).describe("factor by which each decay is longer than the previous one"),
    mMul: z
      .number()
      .gt(0)
      .default(1)
      .describe("factor by which the initial rate of each decay is higher than the previous one"),
    alpha: z
      .number()
      .min(0)
      .default(0)
      .describe("final rate of each decay, as a fraction of the learning rate"),
    ...warmUpShape,
  })
  .describe("repeats the cosine decay, by default over twice the period each time")
  .refine((given) => given.firstDecaySteps === undefined || given.firstDecayEpochs === undefined, {
    error: "Set `{path.}firstDecaySteps` or `{path.}firstDecayEpochs`, not both.",
  });

export function cosineRestarts(
  schedule: z.output<typeof cosineRestartsSchema>,
  context: ScheduleContext,
): RateOfStep {
  const { firstDecaySteps: decaySteps, firstDecayEpochs: decayEpochs, tMul, mMul, alpha } = schedule;
  const first = decayStepsOf({ decaySteps, decayEpochs }, context, context.stepsPerEpoch);
  return (step) => {
    const { start, length, restarts } = decayAt(step, first, tMul);
    const height = mMul ** restarts * halfCosine((step - start) / length);
    return context.learningRate * ((1 - alpha) * height + alpha);
  };
}

/** The decay that a step belongs to. Keras computes it with a logarithm, whose rounding error can miss the step of a restart. */
function decayAt(step: number, first: number, tMul: number) {
  if (tMul === 1) {
    const restarts = Math.floor(step / first);
    return { start: restarts * first, length: first, restarts };
  }
  let [start, length, restarts] = [0, first, 0];
  while (step >= start + length) {
    start += length;
    length *= tMul;
    restarts += 1;
  }
  return { start, length, restarts };
}
