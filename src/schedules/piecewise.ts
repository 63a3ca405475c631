import { z } from "zod";
import { type RateOfStep, type ScheduleContext, stepsIn, warmUpShape } from "./schedule-context.js";

const ascending = (list: readonly number[]) => list.every((value, i) => i === 0 || value > list[i - 1]!);
const ASCENDING = { error: "Expected ascending numbers for `{path}`." };

const MOST_PARTS = 4096;

/**
 * A list of rates, independent of the optimizer's learning rate. Source: keras.optimizers.schedules.PiecewiseConstantDecay, where
 * a value holds up to and including the step at its boundary.
 */
export const piecewiseSchema = z
  .strictObject({
    name: z.literal("piecewise"),
    boundaries: z
      .array(z.int().min(0))
      .min(1)
      .max(MOST_PARTS)
      .refine(ascending, ASCENDING)
      .readonly()
      .optional()
      .describe("last step of each value but the last, counted from 0"),
    boundaryEpochs: z
      .array(z.number().gt(0))
      .min(1)
      .max(MOST_PARTS)
      .refine(ascending, ASCENDING)
      .readonly()
      .optional()
      .describe("the same in epochs: a value ends with the last step of its last epoch"),
    values: z
      .array(z.number().min(0))
      .min(2)
      .max(MOST_PARTS + 1)
      .readonly()
      .describe("the rates, one more than there are boundaries"),
    ...warmUpShape,
  })
  .describe("uses a list of rates instead of the optimizer's learning rate")
  .refine(({ boundaries, boundaryEpochs }) => (boundaries === undefined) !== (boundaryEpochs === undefined), {
    error: "Set either `{path.}boundaries` or `{path.}boundaryEpochs`.",
  })
  .refine(
    ({ boundaries, boundaryEpochs, values }) =>
      values.length === (boundaries ?? boundaryEpochs ?? []).length + 1,
    { path: ["values"], error: "Expected one more value than boundaries for `{path}`." },
  );

export function piecewise(schedule: z.output<typeof piecewiseSchema>, context: ScheduleContext): RateOfStep {
  const { boundaries, boundaryEpochs = [], values } = schedule;
  const ends = boundaries ?? boundaryEpochs.map((epochs) => stepsIn(epochs, context) - 1);
  return (step) => {
    const part = ends.findIndex((end) => step <= end);
    return values.at(part)!; // the last value, after the last boundary
  };
}
