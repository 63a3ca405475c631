import { z } from "zod";
import { SEMANTICS } from "../catalogue/semantics.js";
import { LOSS_NAMES, lossSchema } from "../losses/losses.js";
import { OPTIMIZER_NAMES, optimizerSchema } from "../optimizers/optimizers.js";
import { parse } from "../validation/parse.js";
import { plainData } from "../validation/plain-data.js";
import { PRESET_NAMES, PRESETS } from "./presets.js";
import { seedSchema, sharedShape } from "./train-config.js";

/** The paper's four. */
export const DEFAULT_OPTIMIZERS = ["adam", "sgd", "rmsprop", "adagrad"] as const;
export const DEFAULT_LOSSES = ["sparseCategoricalCrossentropy"] as const;

/** Settings in one study; more are a mistake, or several studies. */
export const MOST_CHOICES = 4096;

export const EXECUTIONS = ["sequential", "parallel"] as const;

export const compareConfigSchema = z
  .strictObject({
    /** A named study to start from; what is given beside it takes precedence. "paper": the paper's table on all of MNIST; "mnist-99": 99% of its test images, quickly. */
    preset: z
      .enum(PRESET_NAMES)
      .optional()
      .describe("a named study to start from; other options override it"),
    ...sharedShape,
    /** The optimizers to compare. Default: the paper's four, "adam", "sgd", "rmsprop" and "adagrad". */
    optimizers: z
      .array(optimizerSchema)
      .min(1)
      .max(MOST_CHOICES)
      .readonly()
      .default(DEFAULT_OPTIMIZERS)
      .describe(`the optimizers to compare: ${OPTIMIZER_NAMES.join(", ")}`),
    /** The losses to compare; each optimizer runs with each. Default: "sparseCategoricalCrossentropy" alone. */
    losses: z
      .array(lossSchema)
      .min(1)
      .max(MOST_CHOICES)
      .readonly()
      .default(DEFAULT_LOSSES)
      .describe(`the losses to compare, each with every optimizer: ${LOSS_NAMES.join(", ")}`),
    /**
     * Whose formulas and defaults: "keras3" (default), "keras2" or "pytorch"; of several, each optimizer runs with each that
     * defines it, and losses and initial weights are those of the first.
     */
    semantics: z
      .union([z.enum(SEMANTICS), z.array(z.enum(SEMANTICS)).min(1).max(SEMANTICS.length).readonly()])
      .default("keras3")
      .describe(
        "framework whose formulas and defaults are used; a list runs each optimizer with each, with the initial weights of the first",
      ),
    /** How many seeds (0, 1, ...), or which. Runs of one seed share split, initial weights and order of images. Default 1. */
    seeds: z
      .union([z.int().min(1).max(10_000), z.array(seedSchema).min(1).max(10_000).readonly()])
      .default(1)
      .describe("number of seeds, or a list of seeds; same seed: same initial weights and data order"),
    /**
     * "sequential" (default): one run after the other, each on all threads, so that their times can be compared. "parallel": as
     * many runs at once as there are threads, each on one and without untimed steps; a study is done sooner, and its times are
     * not comparable.
     */
    execution: z
      .enum(EXECUTIONS)
      .default("sequential")
      .describe("runs one after another, or one per thread in parallel, with times that are not comparable"),
    /** Passes over the training images, for each run. Default 3. */
    epochs: sharedShape.epochs.default(3),
  })
  .readonly();

/** A study, as a user describes it. Everything has a default. */
export interface CompareConfig extends z.input<typeof compareConfigSchema> {}

/** A study's config with the preset's values and the defaults filled in. */
export type ParsedCompareConfig = Omit<z.output<typeof compareConfigSchema>, "preset">;

/** @throws OptimbenchError (CONFIG): one line a problem */
export function parseCompareConfig(input: CompareConfig): ParsedCompareConfig {
  const plain = plainData(input, "compare config") as CompareConfig;
  const given = parse(compareConfigSchema, plain, "compare config");
  if (given.preset === undefined) return given;
  const { preset: _, ...config } = parse(
    compareConfigSchema,
    { ...PRESETS[given.preset], ...plain },
    "compare config",
  );
  return config;
}
