import { z } from "zod";
import { resolvedRangeSchema, searchRangeSchema } from "../catalogue/search-range.js";
import { seedSchema } from "./train-config.js";

const count = z.int().min(0);
const values = z.record(z.string(), z.number()).readonly();

/** One setting that was tried. */
export const trialSchema = z
  .object({
    values: values.describe("the settings that it changed; none for the given settings"),
    accuracy: z
      .number()
      .nullable()
      .describe("validation accuracy at the end, mean over seeds; null if a run diverged"),
    loss: z.number().nullable().describe("negative log-likelihood on the same images, which decides ties"),
  })
  .describe("a trial");

/** The trials of an arm. */
export const tunedArmSchema = z
  .object({
    label: z.string().describe("the arm, before tuning"),
    learningRate: z.number().describe("learning rate of the given settings, which trials without one have"),
    space: z.record(z.string(), resolvedRangeSchema).readonly().describe("what was searched in the end"),
    trials: z.array(trialSchema).readonly().describe("its trials, the given settings first"),
    selected: count.describe("index of the selected trial"),
  })
  .refine(({ trials, selected }) => selected < trials.length, {
    error: "`{path}.selected` is not the index of one of `{path}.trials`.",
  })
  .describe("an arm of a tuned study");

export const SIDES = ["none", "lower", "upper"] as const;

/** Further trials of every arm, because the best learning rate of an arm was on the edge of its space. */
export const extensionSchema = z
  .object({
    trials: count.min(1).describe("further trials of every arm"),
    sides: z.array(z.enum(SIDES)).readonly().describe("per arm, where its space was extended"),
  })
  .describe("further trials, because an optimum was on the edge of its space");

export const DEFAULT_TRIALS = 12;
export const MOST_TRIALS = 256;

export const tuningShape = {
  trials: count
    .min(2)
    .max(MOST_TRIALS)
    .default(DEFAULT_TRIALS)
    .describe("trials of every arm, of which the first has the given settings"),
  seeds: z
    .union([count.min(1).max(100), z.array(seedSchema).min(1).max(100).readonly()])
    .default(1)
    .describe("number of seeds of each trial, or a list of seeds. The selected settings run on other seeds."),
  seed: seedSchema.default(0).describe("seed of the settings that are tried"),
  space: z
    .record(
      z.string().max(100),
      z
        .record(z.string().max(100), searchRangeSchema)
        .refine((space) => Object.keys(space).length > 0, { error: "`{path}` names no setting to search." }),
    )
    .optional()
    .describe(
      "what to search, by optimizer and setting; replaces the optimizer's default space. Default: the learning rate over four decades around its value, and what docs/tuning.md lists.",
    ),
  extensions: z
    .array(extensionSchema)
    .readonly()
    .optional()
    .describe("in results: further trials, because an optimum was on the edge of its space"),
  arms: z
    .array(tunedArmSchema)
    .readonly()
    .optional()
    .describe("in results: the trials of every arm. A config that has them runs without tuning again."),
};

export const tuningSchema = z
  .strictObject(tuningShape)
  .readonly()
  .describe("how the settings of a tuned study are found");

/** The seeds of trials, as a list. */
const { extensions, arms } = tuningShape;

export const resolvedTuningSchema = z
  .object({
    trials: count.describe("trials of every arm, without extensions"),
    seeds: z.array(count).readonly().describe("the seeds of each trial"),
    seed: count.describe("seed of the settings that were tried"),
    space: z
      .record(z.string(), z.record(z.string(), resolvedRangeSchema))
      .optional()
      .describe("what was searched, if it was given"),
    extensions,
    arms,
  })
  .describe("how settings were found: of a tuned study, all trials; of a study of trials, its plan");

export type Tuning = Omit<z.output<typeof tuningSchema>, "seeds"> & { readonly seeds: readonly number[] };
export type TunedArm = z.output<typeof tunedArmSchema>;
export type Trial = z.output<typeof trialSchema>;
export type Extension = z.output<typeof extensionSchema>;
export type Side = (typeof SIDES)[number];
