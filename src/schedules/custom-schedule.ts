import { z } from "zod";
import { inFormulaOf } from "../catalogue/catalogue.js";
import { OptimbenchError } from "../errors.js";
import { parseNumberFormula } from "../formula/number-formula.js";
import { type RateOfStep, type ScheduleContext, warmUpShape } from "./schedule-context.js";

/** A custom formula for the rate of a step. */
export const customScheduleSchema = z.strictObject({
  name: z.string().min(1).max(100),
  /** The rate, in `step` and `epoch` (both from 0), `steps` and `epochs` (how many), `learningRate`, `pi` and hyperparameters. */
  formula: z.string(),
  /** Numbers that the formula names. Default: none. */
  hyperparameters: z.record(z.string(), z.number()).default({}),
  ...warmUpShape,
});

type CustomSchedule = z.output<typeof customScheduleSchema>;

const INPUTS = ["step", "epoch", "steps", "epochs", "learningRate", "pi"] as const;

/** @throws OptimbenchError (FORMULA) that shows the place */
export const parseCustomSchedule = ({ name, formula, hyperparameters }: CustomSchedule, where?: string) =>
  inFormulaOf({ what: "schedule" }, name, () => parseNumberFormula(formula, INPUTS, hyperparameters), where);

export function customSchedule(schedule: CustomSchedule, context: ScheduleContext): RateOfStep {
  const { stepsPerEpoch, ...totals } = context;
  const formula = parseCustomSchedule(schedule);
  return (step) => {
    const rate = formula({ ...totals, step, epoch: Math.floor(step / stepsPerEpoch), pi: Math.PI });
    if (Number.isFinite(rate) && rate >= 0) return rate;
    throw new OptimbenchError(
      "FORMULA",
      `The schedule "${schedule.name}" gives ${rate} at step ${step}. A learning rate is a finite number of at least 0.`,
    );
  };
}
