import { z } from "zod";
import { SEMANTICS } from "../catalogue/semantics.js";
import { configError } from "../errors.js";
import { describe } from "../validation/describe.js";
import { parse } from "../validation/parse.js";
import { plainData } from "../validation/plain-data.js";
import { armConfigSchema } from "./arm-config.js";
import { lossChoicesSchema, optimizerChoicesSchema } from "./choices.js";
import type { CompareConfig } from "./compare-config.generated.js";
import { MOST_RUNS } from "./factors.js";
import { DEFAULT_MARGIN, marginSchema } from "./margin.js";
import { PRESET_NAMES, PRESETS } from "./presets.js";
import { QUESTIONS } from "./study-question.js";
import { checkSuite, SUITE_NAMES } from "./suites.js";
import { targetsSchema } from "./targets.js";
import { seedSchema, sharedShape } from "./train-config.js";
import { DEFAULT_TRIALS, tuningSchema } from "./tuning-config.js";
import { allSchema } from "./value-range.js";
import { varySchema } from "./vary.js";

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
    suite: z
      .enum(SUITE_NAMES)
      .optional()
      .describe(
        'tasks that every arm runs on, each a dataset with a model and epochs; results are aggregated over them. "small": mnist-10k, fashion-mnist-10k and digits, each by a linear, a dense and a convolutional model. With `arms`, the suite that they come from. Default: none.',
      ),
    ...sharedShape,
    question: z
      .enum(QUESTIONS)
      .optional()
      .describe(
        'how the optimizers get their settings (default: follows from the optimizers). "defaults": as shipped; "fixed-rate": all with one learning rate; "tuned": by trials, as many for each. A study whose optimizers contradict it is rejected.',
      ),
    tuning: tuningSchema
      .optional()
      .describe(
        `how the settings of a tuned study are found: number of trials, seeds, search space. Default: ${DEFAULT_TRIALS} trials with one seed.`,
      ),
    optimizers: z
      .union([allSchema("a list"), z.array(optimizerChoicesSchema).min(1).max(MOST_CHOICES).readonly()])
      .default(DEFAULT_OPTIMIZERS)
      .describe(
        'the optimizers to compare. "all" stands for all built-in ones. A setting with several values, `{ name: "adam", learningRate: [0.1, 0.01] }` or `{ from: 1e-4, to: 0.1 }`, stands for one optimizer per value.',
      ),
    losses: z
      .union([allSchema("a list"), z.array(lossChoicesSchema).min(1).max(MOST_CHOICES).readonly()])
      .default(DEFAULT_LOSSES)
      .describe(
        'the losses to compare, each with every optimizer. "all" and settings with several values are as in `optimizers`.',
      ),
    vary: varySchema
      .optional()
      .describe(
        'other values to compare, by their path in a run\'s config, such as batchSize or optimizer.momentum. Example: `{ batchSize: [32, 256], "optimizer.momentum": { from: 0, to: 0.9 } }`. Every value is combined with every optimizer and loss, and with every value of the other paths. null stands for the default.',
      ),
    arms: z
      .array(armConfigSchema)
      .min(1)
      .max(MOST_RUNS)
      .readonly()
      .optional()
      .describe(
        "what to compare, arm by arm, instead of combinations: each arm has a name and the keys in which it differs from the study. Excludes `optimizers`, `losses` and `vary`.",
      ),
    semantics: z
      .union([z.enum(SEMANTICS), z.array(z.enum(SEMANTICS)).min(1).max(SEMANTICS.length).readonly()])
      .default("keras3")
      .describe(
        "framework whose formulas and defaults are used; a list runs each optimizer as each framework defines it, with the initial weights of the first. An optimizer skips frameworks that do not define it; losses are those of the first.",
      ),
    seeds: z
      .union([
        z.int().min(1).max(10_000),
        z.literal("auto", {
          error: ({ input }) =>
            `Expected a number, a list of seeds or "auto" for \`{path}\`, got ${describe(input)}.`,
        }),
        z.array(seedSchema).min(1).max(10_000).readonly(),
      ])
      .default(1)
      .describe(
        'number of seeds, or a list of seeds; same seed: same initial weights and data order. "auto" adds seeds in rounds until every pair of arms is decided: 5 per round, at most 30.',
      ),
    seedsPerRound: z
      .int()
      .min(2)
      .max(1000)
      .optional()
      .describe(
        'number of seeds per round; `seeds` is then the maximum. Rounds run until every pair of arms is decided. Default: 5 with "auto"; otherwise, there are no rounds.',
      ),
    margin: marginSchema.default(DEFAULT_MARGIN),
    targets: targetsSchema.optional(),
    execution: z
      .enum(EXECUTIONS)
      .default("sequential")
      .describe("runs one after another, or one per thread in parallel, with times that are not comparable"),
    epochs: sharedShape.epochs.default(3),
  })
  .readonly()
  .describe("a study: every optimizer with every loss and seed, or a list of arms; every key has a default");

export type { CompareConfig };

/** A study's config with the preset's values and the defaults filled in. */
export type ParsedCompareConfig = Omit<z.output<typeof compareConfigSchema>, "preset">;

/** A resolved study has every arm with its formulas. */
export const MOST_STUDY_VALUES = 2 ** 21;

/** @throws OptimbenchError (CONFIG) with one line per problem */
export function parseCompareConfig(input: CompareConfig): ParsedCompareConfig {
  const plain = plainData(input, "compare config", MOST_STUDY_VALUES) as CompareConfig;
  const given = parse(compareConfigSchema, plain, "compare config", MOST_STUDY_VALUES);
  if (given.arms !== undefined) checkArmsAlone(plain);
  checkSuite(plain);
  if (given.tuning !== undefined && given.tuning.extensions === undefined && given.question !== "tuned")
    throw configError(
      '`tuning` has no effect on this study. Set `question` to "tuned", or omit `tuning`.',
      "tuning",
    );
  if (given.preset === undefined) return given;
  const { preset: _, ...config } = parse(
    compareConfigSchema,
    { ...PRESETS[given.preset], ...plain },
    "compare config",
    MOST_STUDY_VALUES,
  );
  return config;
}

/** Arms are compared as given, so a study with arms has no other factors. */
function checkArmsAlone(given: CompareConfig): void {
  for (const key of ["optimizers", "losses", "vary"] as const)
    if (given[key] !== undefined)
      throw configError(
        `\`arms\` and \`${key}\` exclude each other: arms are compared as given, \`${key}\` are combined with each other. Give one of them.`,
        key,
      );
  if (Array.isArray(given.semantics))
    throw configError(
      "`semantics` is a list, but arms are compared as given. Give each arm its own `semantics`.",
      "semantics",
    );
}
