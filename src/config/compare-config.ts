import { z } from "zod";
import { SEMANTICS } from "../catalogue/semantics.js";
import { lossSchema } from "../losses/losses.js";
import { optimizerSchema } from "../optimizers/optimizers.js";
import { parse } from "../validation/parse.js";
import { plainData } from "../validation/plain-data.js";
import type { CompareConfig } from "./compare-config.generated.js";
import { PRESET_NAMES, PRESETS } from "./presets.js";
import { seedSchema, sharedShape } from "./train-config.js";

/** The four optimizers of the paper. */
export const DEFAULT_OPTIMIZERS = ["adam", "sgd", "rmsprop", "adagrad"] as const;
export const DEFAULT_LOSSES = ["sparseCategoricalCrossentropy"] as const;

/** The most optimizers or losses of one study. */
export const MOST_CHOICES = 4096;

export const EXECUTIONS = ["sequential", "parallel"] as const;

export const compareConfigSchema = z
  .strictObject({
    preset: z
      .enum(PRESET_NAMES)
      .optional()
      .describe(
        'a named study to start from; other options override it. "paper" is the paper\'s table on all of MNIST, "mnist-99" reaches 99% of its test images quickly. Default: none.',
      ),
    ...sharedShape,
    optimizers: z
      .array(optimizerSchema)
      .min(1)
      .max(MOST_CHOICES)
      .readonly()
      .default(DEFAULT_OPTIMIZERS)
      .describe("the optimizers to compare"),
    losses: z
      .array(lossSchema)
      .min(1)
      .max(MOST_CHOICES)
      .readonly()
      .default(DEFAULT_LOSSES)
      .describe("the losses to compare, each with every optimizer"),
    semantics: z
      .union([z.enum(SEMANTICS), z.array(z.enum(SEMANTICS)).min(1).max(SEMANTICS.length).readonly()])
      .default("keras3")
      .describe(
        "framework whose formulas and defaults are used; a list runs each optimizer with each, with the initial weights of the first. An optimizer skips frameworks that do not define it; losses are those of the first.",
      ),
    seeds: z
      .union([z.int().min(1).max(10_000), z.array(seedSchema).min(1).max(10_000).readonly()])
      .default(1)
      .describe("number of seeds, or a list of seeds; same seed: same initial weights and data order"),
    execution: z
      .enum(EXECUTIONS)
      .default("sequential")
      .describe("runs one after another, or one per thread in parallel, with times that are not comparable"),
    epochs: sharedShape.epochs.default(3),
  })
  .readonly()
  .describe("a study: every optimizer with every loss and seed; every key has a default");

export type { CompareConfig };

/** A study's config with the preset's values and the defaults filled in. */
export type ParsedCompareConfig = Omit<z.output<typeof compareConfigSchema>, "preset">;

/** @throws OptimbenchError (CONFIG) with one line per problem */
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
