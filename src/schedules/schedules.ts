import { z } from "zod";
import type { Metrics } from "../history/epoch-record.js";
import { parse } from "../validation/parse.js";
import { schemaByName, schemaByValue } from "../validation/schema-by-value.js";
import { constantSchema } from "./constant.js";
import { cosine, cosineSchema } from "./cosine.js";
import { cosineRestarts, cosineRestartsSchema } from "./cosine-restarts.js";
import { compileCustomSchedule, customSchedule, customScheduleSchema } from "./custom-schedule.js";
import { exponential, exponentialSchema } from "./exponential.js";
import { inverseTime, inverseTimeSchema } from "./inverse-time.js";
import { oneCycle, oneCycleMomentum, oneCycleSchema } from "./one-cycle.js";
import { piecewise, piecewiseSchema } from "./piecewise.js";
import { polynomial, polynomialSchema } from "./polynomial.js";
import { reduceOnPlateau, reduceOnPlateauSchema } from "./reduce-on-plateau.js";
import type { ScheduleConfig } from "./schedule-config.generated.js";
import { type RateOfStep, type ScheduleContext, stepsIn } from "./schedule-context.js";
import { step, stepSchema } from "./step.js";

/** The built-in schedules. */
export const SCHEDULES = {
  constant: constantSchema,
  reduceOnPlateau: reduceOnPlateauSchema,
  step: stepSchema,
  exponential: exponentialSchema,
  inverseTime: inverseTimeSchema,
  polynomial: polynomialSchema,
  cosine: cosineSchema,
  cosineRestarts: cosineRestartsSchema,
  oneCycle: oneCycleSchema,
  piecewise: piecewiseSchema,
} as const;

type Schemas = typeof SCHEDULES;
export type ScheduleName = keyof Schemas;
export const SCHEDULE_NAMES = Object.keys(SCHEDULES) as ScheduleName[];

export type { ScheduleConfig };

/** A built-in schedule with every default filled in. */
export type ResolvedBuiltInSchedule = {
  [Name in ScheduleName]: Readonly<z.output<Schemas[Name]>>;
}[ScheduleName];
/** A custom schedule with every default filled in. */
export type ResolvedCustomSchedule = Readonly<z.output<typeof customScheduleSchema>>;

/** A schedule with every default filled in. A valid {@link ScheduleConfig} again. */
export type ResolvedSchedule = ResolvedBuiltInSchedule | ResolvedCustomSchedule;

/** The schema of the schedule that the value names, so that errors mention only that schedule. */
const schemaFor = (value: unknown): z.ZodType =>
  schemaByName(value, {
    names: SCHEDULE_NAMES,
    builtIn: (name) => SCHEDULES[name as ScheduleName],
    custom: customScheduleSchema,
  });

const isBuiltIn = (name: unknown): name is ScheduleName =>
  typeof name === "string" && Object.hasOwn(SCHEDULES, name);

export const scheduleSchema = schemaByValue<ScheduleConfig>(schemaFor).meta({ examples: SCHEDULE_NAMES });
export const scheduleAlternatives = (): readonly z.ZodType[] => [
  z.enum(SCHEDULE_NAMES),
  ...Object.values(SCHEDULES),
  customScheduleSchema,
];

/**
 * Fills in the defaults.
 *
 * @param where the schedule's path in the whole config, for messages
 * @throws OptimbenchError (CONFIG, FORMULA)
 */
export function resolveSchedule(input: ScheduleConfig, where?: string): ResolvedSchedule {
  const plain = parse(scheduleSchema, input, "schedule");
  const given = typeof plain === "string" ? { name: plain } : plain;
  const schedule = parse(schemaFor(given), given, "schedule") as ResolvedSchedule;
  if (isCustom(schedule)) compileCustomSchedule(schedule, where); // rejects it before anything runs
  return schedule;
}

/** Whether it is a custom formula. */
export const isCustom = (schedule: ResolvedSchedule): schedule is ResolvedCustomSchedule =>
  !isBuiltIn(schedule.name);

/** Whether a schedule changes the optimizer's momentum as well. */
export const changesMomentum = (schedule: ResolvedSchedule): boolean =>
  !isCustom(schedule) && schedule.name === "oneCycle" && schedule.baseMomentum !== undefined;

/** The length of a training run, and the optimizer's learning rate. */
export type TrainingLength = Omit<ScheduleContext, "steps">;

/** The state of a schedule in one run. */
interface ScheduleInProgress {
  /** The rate of a step, counted from 0 at the start of the run. */
  readonly rate: RateOfStep;
  /** The optimizer's momentum in a step; undefined if the schedule does not change it. */
  readonly momentum?: ((step: number) => number) | undefined;
  /** Updates the schedule with the metrics of an epoch, counted from 1. */
  afterEpoch(record: { readonly epoch: number; readonly validation: Metrics }): void;
}

/** Starts a schedule with its warm-up. The schedule itself counts steps and epochs from the end of the warm-up. */
export function startSchedule(schedule: ResolvedSchedule, length: TrainingLength): ScheduleInProgress {
  const { warmUpFrom = 0 } = schedule;
  const { stepsPerEpoch } = length;
  const rising = warmUpSteps(schedule, length);
  const steps = Math.max(1, length.epochs * stepsPerEpoch - rising);
  const epochs = Math.ceil(steps / stepsPerEpoch);
  const { rate, momentum, afterEpoch } = startAfterWarmUp(schedule, { ...length, epochs, steps });
  return {
    rate: (step) =>
      step < rising ? rate(0) * ((1 - warmUpFrom) * (step / rising) + warmUpFrom) : rate(step - rising),
    momentum: momentum && ((step) => momentum(Math.max(0, step - rising))),
    afterEpoch: (record) => {
      if (record.epoch * stepsPerEpoch > rising) afterEpoch(record);
    },
  };
}

/** The number of warm-up steps. */
export const warmUpSteps = ({ warmUpEpochs = 0 }: ResolvedSchedule, length: TrainingLength): number =>
  warmUpEpochs === 0 ? 0 : stepsIn(warmUpEpochs, length);

/** Explains which setting to change so that the rate of a step is above 0. */
export function toStayAboveZero(schedule: ResolvedSchedule, length: TrainingLength, step: number): string {
  if (step < warmUpSteps(schedule, length)) return "Set `schedule.warmUpFrom` above 0, such as 0.01.";
  if (isCustom(schedule)) return "Keep `schedule.formula` above 0, such as with maximum(..., 1e-6).";
  switch (schedule.name) {
    case "cosine":
    case "cosineRestarts":
      return "Set `schedule.alpha` above 0, such as 0.01.";
    case "polynomial":
      return "Set `schedule.endLearningRate` above 0, such as 1e-6.";
    case "piecewise":
      return "Set `schedule.values` above 0.";
    default:
      return "Make the schedule reduce the rate less.";
  }
}

function startAfterWarmUp(schedule: ResolvedSchedule, context: ScheduleContext): ScheduleInProgress {
  if (!isCustom(schedule) && schedule.name === "reduceOnPlateau")
    return reduceOnPlateau(schedule, context.learningRate);
  const momentum =
    !isCustom(schedule) && schedule.name === "oneCycle"
      ? oneCycleMomentum(schedule, context.steps)
      : undefined;
  return { rate: rateOfStep(schedule, context), momentum, afterEpoch: () => {} };
}

function rateOfStep(
  schedule: Exclude<ResolvedSchedule, { name: "reduceOnPlateau" }>,
  context: ScheduleContext,
): RateOfStep {
  if (isCustom(schedule)) return customSchedule(schedule, context);
  switch (schedule.name) {
    case "constant":
      return () => context.learningRate;
    case "step":
      return step(schedule, context);
    case "exponential":
      return exponential(schedule, context);
    case "inverseTime":
      return inverseTime(schedule, context);
    case "polynomial":
      return polynomial(schedule, context);
    case "cosine":
      return cosine(schedule, context);
    case "cosineRestarts":
      return cosineRestarts(schedule, context);
    case "oneCycle":
      return oneCycle(schedule, context);
    case "piecewise":
      return piecewise(schedule, context);
  }
}
