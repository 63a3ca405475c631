import { z } from "zod";
import { parse } from "../config/parse.js";
import type { Metrics } from "../history.js";
import { constantSchema } from "./constant.js";
import { reduceOnPlateau, reduceOnPlateauSchema } from "./reduce-on-plateau.js";

/** The schedules, each a plain object with a name. */
const SCHEMAS = { constant: constantSchema, reduceOnPlateau: reduceOnPlateauSchema } as const;

export type ScheduleName = keyof typeof SCHEMAS;
export const SCHEDULE_NAMES = Object.keys(SCHEMAS) as ScheduleName[];

export const scheduleSchema = z.union([
  z.enum(SCHEDULE_NAMES),
  z.discriminatedUnion("name", [constantSchema, reduceOnPlateauSchema]).readonly(),
]);

/** How the learning rate changes from epoch to epoch: a name, or a name with settings. */
export type ScheduleConfig = z.input<typeof scheduleSchema>;

/** A schedule with every default filled in; a valid `ScheduleConfig` again. */
export type ResolvedSchedule = Readonly<z.output<(typeof SCHEMAS)[ScheduleName]>>;

/** Fills in the defaults. @throws OptimbenchError (CONFIG) */
export function resolveSchedule(input: ScheduleConfig): ResolvedSchedule {
  const value = parse(scheduleSchema, input, "schedule");
  return typeof value === "string"
    ? parse(SCHEMAS[value] as z.ZodType<ResolvedSchedule>, { name: value }, "schedule")
    : value;
}

/** A schedule at work in one run. */
export interface ScheduleInProgress {
  /** The rate of the epoch to come. */
  rate(): number;
  afterEpoch(metrics: { readonly validation: Metrics }): void;
}

/** Starts a schedule at the optimizer's learning rate. */
export function startSchedule(schedule: ResolvedSchedule, initialRate: number): ScheduleInProgress {
  switch (schedule.name) {
    case "constant":
      return { rate: () => initialRate, afterEpoch: () => {} };
    case "reduceOnPlateau":
      return reduceOnPlateau(schedule, initialRate);
  }
}
