import { z } from "zod";
import { inFormulaOf } from "../catalogue/catalogue.js";
import { OptimbenchError } from "../errors.js";
import { parseNumberFormula } from "../formula/number-formula.js";
import { type Course, type RateOfStep, warmUpShape } from "./course.js";

/** A formula of the user's own for the rate of a step. */
export const ownScheduleSchema = z.strictObject({
  name: z.string().min(1).max(100),
  /** The rate, in `step` and `epoch` (both from 0), `steps` and `epochs` (how many), `learningRate`, `pi` and hyperparameters. */
  formula: z.string(),
  /** Numbers that the formula names. Default: none. */
  hyperparameters: z.record(z.string(), z.number()).default({}),
  ...warmUpShape,
});

type OwnSchedule = z.output<typeof ownScheduleSchema>;

const INPUTS = ["step", "epoch", "steps", "epochs", "learningRate", "pi"] as const;

/** @throws OptimbenchError (FORMULA) that shows the place */
export const parseOwnSchedule = ({ name, formula, hyperparameters }: OwnSchedule, where?: string) =>
  inFormulaOf({ what: "schedule" }, name, () => parseNumberFormula(formula, INPUTS, hyperparameters), where);

export function ownSchedule(schedule: OwnSchedule, course: Course): RateOfStep {
  const { stepsPerEpoch, ...totals } = course;
  const formula = parseOwnSchedule(schedule);
  return (step) => {
    const rate = formula({ ...totals, step, epoch: Math.floor(step / stepsPerEpoch), pi: Math.PI });
    if (Number.isFinite(rate) && rate >= 0) return rate;
    throw new OptimbenchError(
      "FORMULA",
      `The schedule "${schedule.name}" gives ${rate} at step ${step}. A learning rate is a finite number of at least 0.`,
    );
  };
}
