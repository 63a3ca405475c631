import { z } from "zod";
import {
  alternativesOf,
  type Catalogue,
  changedSettings,
  choiceLabel,
  constantsOf,
  customShape,
  inFormulaOf,
  resolve,
  schemaFor,
  settingsOf,
  withSetting,
} from "../catalogue/catalogue.js";
import type { Definition, ResolvedBuiltIn } from "../catalogue/definition.js";
import type { SearchSpace } from "../catalogue/search-range.js";
import type { Semantics } from "../catalogue/semantics.js";
import type { UpdateGraph } from "../formula/graph.js";
import { parseUpdate } from "../formula/parse-update.js";
import { describe } from "../validation/describe.js";
import { schemaByValue } from "../validation/schema-by-value.js";
import { adadelta } from "./adadelta.js";
import { adafactor } from "./adafactor.js";
import { adagrad } from "./adagrad.js";
import { adam } from "./adam.js";
import { adamax } from "./adamax.js";
import { adamw } from "./adamw.js";
import { amsgrad } from "./amsgrad.js";
import { ftrl } from "./ftrl.js";
import {
  applyGradientTransforms,
  GRADIENT_TRANSFORMS,
  type GradientTransforms,
  gradientTransformConflict,
} from "./gradient-transforms.js";
import { lamb } from "./lamb.js";
import { lion } from "./lion.js";
import { muon } from "./muon.js";
import { nadam } from "./nadam.js";
import type { OptimizerConfig } from "./optimizer-config.generated.js";
import { radam } from "./radam.js";
import { learningRate } from "./ranges.js";
import { rmsprop } from "./rmsprop.js";
import { scheduleFreeAdamw, scheduleFreeSgd } from "./schedule-free.js";
import { sgd } from "./sgd.js";

/** The built-in optimizers. */
export const OPTIMIZERS = {
  adam,
  sgd,
  rmsprop,
  adagrad,
  adamw,
  amsgrad,
  nadam,
  radam,
  adamax,
  adadelta,
  ftrl,
  lion,
  lamb,
  adafactor,
  muon,
  scheduleFreeSgd,
  scheduleFreeAdamw,
} as const;

export type OptimizerName = keyof typeof OPTIMIZERS;
export const OPTIMIZER_NAMES = Object.keys(OPTIMIZERS) as OptimizerName[];

const customSchema = z
  .strictObject({
    ...customShape,
    formula: z
      .string()
      .describe("the update, in theta, g, t, learningRate, hyperparameters and states; see docs/formulas.md"),
    learningRate: learningRate.default(0.001),
    state: z
      .record(
        z.string(),
        z.union([
          z.number(),
          z.literal("theta", {
            error: ({ input }) => `Expected a number or "theta" for \`{path}\`, got ${describe(input)}.`,
          }),
        ]),
      )
      .default({})
      .describe('what states start as: a number, or "theta" for the weights; those not named start as 0'),
  })
  .describe("a custom optimizer: a formula for the update");

export type { OptimizerConfig };

/**
 * An optimizer with every default filled in: `name`, `semantics`, `formula`, `learningRate` and its other hyperparameters. A
 * valid {@link OptimizerConfig} again.
 */
export type ResolvedOptimizer =
  | ResolvedBuiltIn<typeof OPTIMIZERS, GradientTransforms>
  | Readonly<z.output<typeof customSchema>>;

const CATALOGUE: Catalogue = {
  what: "optimizer",
  definitions: OPTIMIZERS,
  custom: customSchema,
  gradientTransforms: {
    shape: GRADIENT_TRANSFORMS,
    apply: applyGradientTransforms,
    conflict: gradientTransformConflict,
  },
};

/** The schema of the optimizer that a value names. */
export const optimizerSchemaFor = (value: unknown): z.ZodType => schemaFor(CATALOGUE, value);

export const optimizerSchema = schemaByValue<OptimizerConfig>(optimizerSchemaFor).meta({
  examples: OPTIMIZER_NAMES,
});
export const optimizerAlternatives = () => alternativesOf(CATALOGUE);

/**
 * Fills in the framework's defaults and the formula; `updateGraph` compiles it.
 *
 * @param semantics the framework, unless the optimizer names one
 * @param where the optimizer's path in the whole config, for messages
 * @throws OptimbenchError (CONFIG)
 */
export function resolveOptimizer(
  input: OptimizerConfig,
  semantics: Semantics,
  where?: string,
): ResolvedOptimizer {
  return resolve(CATALOGUE, input, semantics, where) as ResolvedOptimizer;
}

/** What tuning searches besides the learning rate. A custom formula has nothing else. */
export function optimizerSpace(optimizer: ResolvedOptimizer): SearchSpace {
  if (optimizer.semantics === "custom") return {};
  const { space = {} }: Definition = OPTIMIZERS[optimizer.name];
  const has = Object.entries(space).filter(([key]) => Object.hasOwn(optimizer, key));
  return Object.fromEntries(has) as SearchSpace;
}

/** The names of momentum. A hyperparameter of a custom formula with one of these names is its momentum. */
export const MOMENTA = ["momentum", "beta1"] as const;

/** The hyperparameter that is an optimizer's momentum; undefined if it has none that a schedule can change. */
export function momentumOf(optimizer: ResolvedOptimizer): string | undefined {
  const words = new Set(optimizer.formula.match(/\w+/g));
  const momentum =
    optimizer.semantics === "custom"
      ? MOMENTA.find((name) => Object.hasOwn(optimizer.hyperparameters, name))
      : (OPTIMIZERS[optimizer.name] as Definition).momentum;
  return momentum !== undefined && words.has(momentum) ? momentum : undefined;
}

/**
 * Compiles an optimizer's update for native code.
 *
 * @param changing hyperparameters that change from step to step, so they become inputs
 * @param where the optimizer's path in the whole config, for messages
 * @throws OptimbenchError (FORMULA)
 */
export function updateGraph(
  optimizer: ResolvedOptimizer,
  {
    changing = [],
    where,
  }: { readonly changing?: readonly string[]; readonly where?: string | undefined } = {},
): UpdateGraph {
  const { name, formula } = optimizer;
  if (optimizer.semantics === "custom")
    return inFormulaOf(
      CATALOGUE,
      name,
      () => ({ name, ...parseUpdate(formula, { ...optimizer, changing }) }),
      where,
    );
  const definition: Definition = OPTIMIZERS[optimizer.name];
  const { learningRate: _, ...hyperparameters } = constantsOf(
    { ...definition.hyperparameters, ...GRADIENT_TRANSFORMS },
    optimizer,
  );
  const graph = parseUpdate(formula, {
    hyperparameters,
    state: definition.state?.(optimizer) ?? {},
    changing,
    layout: optimizer.semantics.startsWith("keras") ? "keras" : "pytorch",
  });
  return { name, ...graph };
}

/** One line that identifies an optimizer: "adam", or "sgd (learningRate 0.1)" if settings differ from the defaults. */
export const optimizerLabel = (optimizer: ResolvedOptimizer): string => choiceLabel(CATALOGUE, optimizer);

/** The settings in which an optimizer differs from its source's defaults. */
export const changedOptimizerSettings = (optimizer: { readonly name: string; readonly semantics: string }) =>
  changedSettings(CATALOGUE, optimizer);

/** The names of an optimizer's settings in a framework. */
export const optimizerSettings = (optimizer: OptimizerConfig, semantics: Semantics): readonly string[] =>
  settingsOf(CATALOGUE, optimizer, semantics);

/** A copy of an optimizer with another value of a setting. @throws OptimbenchError (CONFIG) if its formula is not its own */
export const withOptimizerSetting = (
  optimizer: OptimizerConfig,
  setting: readonly [string, unknown],
  semantics: Semantics,
) => withSetting(CATALOGUE, optimizer, setting, semantics);
