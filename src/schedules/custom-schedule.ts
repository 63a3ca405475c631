import { z } from "zod";
import { inFormulaOf } from "../catalogue/catalogue.js";
import { OptimbenchError } from "../errors.js";
import { type NumberFormula, parseNumberFormula } from "../formula/number-formula.js";
import { type RateOfStep, type ScheduleContext, warmUpShape } from "./schedule-context.js";

export const customScheduleSchema = z
  .strictObject({
    name: z.string().min(1).max(100).describe("its name in results"),
    formula: z
      .string()
      .describe(
        "the rate, in `step` and `epoch` (both from 0), `steps` and `epochs` (how many), `learningRate`, `pi` and hyperparameters",
      ),
    hyperparameters: z.record(z.string(), z.number()).default({}).describe("numbers that the formula names"),
    ...warmUpShape,
  })
  .describe("a custom schedule: a formula for the rate of a step");

type CustomSchedule = z.output<typeof customScheduleSchema>;

const INPUTS = ["step", "epoch", "steps", "epochs", "learningRate", "pi"] as const;

/** A cache by resolved schedule, so that each formula is compiled once. */
const compiled = new WeakMap<CustomSchedule, NumberFormula<(typeof INPUTS)[number]>>();

/** @throws OptimbenchError (FORMULA) with line and column */
export function compileCustomSchedule(schedule: CustomSchedule, where?: string) {
  const { name, formula, hyperparameters } = schedule;
  const parsed =
    compiled.get(schedule) ??
    inFormulaOf(
      { what: "schedule" },
      name,
      () => parseNumberFormula(formula, INPUTS, hyperparameters),
      where,
    );
  compiled.set(schedule, parsed);
  return parsed;
}

export function customSchedule(schedule: CustomSchedule, context: ScheduleContext): RateOfStep {
  const { stepsPerEpoch, ...totals } = context;
  const formula = compileCustomSchedule(schedule);
  return (step) => {
    const rate = formula({ ...totals, step, epoch: Math.floor(step / stepsPerEpoch), pi: Math.PI });
    if (Number.isFinite(rate) && rate >= 0) return rate;
    throw new OptimbenchError(
      "FORMULA",
      `The schedule "${schedule.name}" gives ${rate} at step ${step}. A learning rate must be a finite number of at least 0.`,
      { path: "schedule.formula" },
    );
  };
}
