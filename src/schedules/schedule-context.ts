import { z } from "zod";

/** The training that a schedule covers, from the end of its warm-up. */
export interface ScheduleContext {
  /** The optimizer's learning rate, which a schedule starts at, rises to or multiplies. */
  readonly learningRate: number;
  readonly stepsPerEpoch: number;
  /** The epochs of these steps. The first and the last may be partial. */
  readonly epochs: number;
  /** The total number of steps, at least 1. */
  readonly steps: number;
}

/** The rate of a step, counted from 0. */
export type RateOfStep = (step: number) => number;

/** The warm-up of every schedule. Source: keras/src/optimizers/schedules/learning_rate_schedule.py, CosineDecay. */
export const warmUpShape = {
  warmUpEpochs: z
    .number()
    .min(0)
    .optional()
    .describe("epochs of linear warm-up before the schedule starts, such as 0.5"),
  warmUpFrom: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe(
      "initial rate of the warm-up, as a fraction of the rate at its end. Default: 0, so that the first step changes no weight.",
    ),
} as const;

/** The length of a decay: in steps, as in Keras, or in epochs, which do not depend on the batch size. */
export const decayShape = (byDefault: string) => ({
  decaySteps: z.int().min(1).optional().describe(`length of the decay, in steps. Default: ${byDefault}.`),
  decayEpochs: z.number().gt(0).optional().describe("length of the decay, in epochs"),
});

/** The refinement of schemas with `decayShape`. */
export const notBoth = [
  (decay: Decay) => decay.decaySteps === undefined || decay.decayEpochs === undefined,
  { error: "Set `{path.}decaySteps` or `{path.}decayEpochs`, not both." },
] as const;

type Decay = { readonly decaySteps?: number | undefined; readonly decayEpochs?: number | undefined };

/** A decay's length in steps. */
export const decayStepsOf = (
  { decaySteps, decayEpochs }: Decay,
  context: ScheduleContext,
  byDefault: number,
): number => decaySteps ?? (decayEpochs === undefined ? byDefault : stepsIn(decayEpochs, context));

/** The keys of a decay that may be a staircase. */
export const staircaseShape = {
  ...decayShape("one epoch"),
  staircase: z.boolean().default(false).describe("whether the rate falls in discrete steps"),
} as const;

/** The number of decays before a step, by default of one epoch each; a whole number with `staircase`. */
export function decaysBefore(
  schedule: Decay & { readonly staircase: boolean },
  context: ScheduleContext,
): (step: number) => number {
  const length = decayStepsOf(schedule, context, context.stepsPerEpoch);
  return (step) => (schedule.staircase ? Math.floor(step / length) : step / length);
}

/** The number of steps in `epochs`, which may be a fraction; at least 1. */
export const stepsIn = (epochs: number, { stepsPerEpoch }: Pick<ScheduleContext, "stepsPerEpoch">): number =>
  Math.max(1, Math.round(epochs * stepsPerEpoch));
