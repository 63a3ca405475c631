import { z } from "zod";
import {
  alternativesOf,
  type Catalogue,
  choiceLabel,
  constantsOf,
  customShape,
  inFormulaOf,
  resolve,
  schemaFor,
  settingsOf,
  withSetting,
} from "../catalogue/catalogue.js";
import type { ResolvedBuiltIn } from "../catalogue/definition.js";
import type { Semantics } from "../catalogue/semantics.js";
import { MOST_CLASSES } from "../data/dataset.js";
import { configError } from "../errors.js";
import type { LossGraph } from "../formula/graph.js";
import type { Hyperparameter } from "../formula/names.js";
import { parseLoss } from "../formula/parse-loss.js";
import { within } from "../validation/path-text.js";
import { schemaByValue } from "../validation/schema-by-value.js";
import { binaryCrossentropy } from "./binary-crossentropy.js";
import { brier } from "./brier.js";
import { categoricalCrossentropy } from "./categorical-crossentropy.js";
import { categoricalFocalCrossentropy } from "./categorical-focal-crossentropy.js";
import { categoricalHinge } from "./categorical-hinge.js";
import { cosineSimilarity } from "./cosine-similarity.js";
import { generalisedCrossentropy } from "./generalised-crossentropy.js";
import { hinge } from "./hinge.js";
import { huber } from "./huber.js";
import { klDivergence } from "./kl-divergence.js";
import { logCosh } from "./log-cosh.js";
import type { LossConfig } from "./loss-config.generated.js";
import { meanAbsoluteError } from "./mean-absolute-error.js";
import { meanSquaredError } from "./mean-squared-error.js";
import { multiMargin } from "./multi-margin.js";
import { poisson } from "./poisson.js";
import { sparseCategoricalCrossentropy } from "./sparse-categorical-crossentropy.js";
import { squaredHinge } from "./squared-hinge.js";

/** The built-in losses. */
export const LOSSES = {
  sparseCategoricalCrossentropy,
  categoricalCrossentropy,
  meanSquaredError,
  meanAbsoluteError,
  binaryCrossentropy,
  categoricalFocalCrossentropy,
  huber,
  logCosh,
  klDivergence,
  poisson,
  hinge,
  squaredHinge,
  categoricalHinge,
  multiMargin,
  cosineSimilarity,
  brier,
  generalisedCrossentropy,
} as const;

export type LossName = keyof typeof LOSSES;
export const LOSS_NAMES = Object.keys(LOSSES) as LossName[];

const customSchema = z
  .strictObject({
    ...customShape,
    formula: z
      .string()
      .describe("one number per sample, in z (logits), y (target) and hyperparameters; see docs/formulas.md"),
    hyperparameters: z
      .record(z.string(), z.union([z.number(), z.array(z.number()).min(1).max(MOST_CLASSES).readonly()]))
      .default({})
      .describe("numbers that the formula names, or lists of one number per class"),
  })
  .describe("a custom loss: a formula for the loss of one sample");

export type { LossConfig };

/**
 * A loss with every default filled in: `name`, `semantics`, `formula` and its hyperparameters. A valid {@link LossConfig} again.
 */
export type ResolvedLoss = ResolvedBuiltIn<typeof LOSSES> | Readonly<z.output<typeof customSchema>>;

const CATALOGUE: Catalogue = { what: "loss", definitions: LOSSES, custom: customSchema };

/** The schema of the loss that a value names. */
export const lossSchemaFor = (value: unknown): z.ZodType => schemaFor(CATALOGUE, value);

export const lossSchema = schemaByValue<LossConfig>(lossSchemaFor).meta({
  examples: LOSS_NAMES,
});
export const lossAlternatives = () => alternativesOf(CATALOGUE);

/**
 * Fills in the framework's defaults and the formula; `lossGraph` compiles it.
 *
 * @param semantics the framework, unless the loss names one
 * @param classes the required length of lists; undefined to skip this check
 * @param where the loss's path in the whole config, for messages
 * @throws OptimbenchError (CONFIG)
 */
export function resolveLoss(
  input: LossConfig,
  semantics: Semantics,
  classes?: number,
  where = "",
): ResolvedLoss {
  const resolved = resolve(CATALOGUE, input, semantics, where) as ResolvedLoss;
  if (classes !== undefined) checkRows(resolved, classes, where);
  return resolved;
}

/** One line that identifies a loss: "huber", or "huber (delta 0.1)" if settings differ from the defaults. */
export const lossLabel = (loss: {
  readonly name: string;
  readonly label?: string | undefined;
  readonly semantics: string;
}): string => choiceLabel(CATALOGUE, loss);

/** @throws OptimbenchError (CONFIG) if a list does not have one number per class. An empty list is a default. */
function checkRows(loss: ResolvedLoss, classes: number, where: string): void {
  const isCustom = loss.semantics === "custom";
  const settings = { ...(isCustom ? loss.hyperparameters : loss) };
  const place = isCustom ? within(where, "hyperparameters") : where;
  for (const [key, value] of Object.entries<unknown>(settings))
    if (Array.isArray(value) && value.length > 0 && value.length !== classes)
      throw configError(
        `Expected ${classes} numbers, one per class, for \`${within(place, key)}\`, got ${value.length}.`,
        within(place, key),
      );
}

/**
 * Compiles a loss for native code.
 *
 * @param where the loss's path in the whole config, for messages
 * @throws OptimbenchError (FORMULA)
 */
export function lossGraph(loss: ResolvedLoss, where?: string): LossGraph {
  const { name, formula } = loss;
  if (loss.semantics === "custom") return inFormulaOf(CATALOGUE, name, () => parseLoss(formula, loss), where);
  const graph = parseLoss(formula, {
    hyperparameters: constantsOf<Hyperparameter>(LOSSES[loss.name].hyperparameters, loss),
  });
  const classWeights = "classWeights" in loss ? loss.classWeights : undefined;
  return classWeights?.length ? { ...graph, classWeights } : graph;
}

/** The names of a loss's settings in a framework. */
export const lossSettings = (loss: LossConfig, semantics: Semantics): readonly string[] =>
  settingsOf(CATALOGUE, loss, semantics);

/** A copy of a loss with another value of a setting. @throws OptimbenchError (CONFIG) if its formula is not its own */
export const withLossSetting = (
  loss: LossConfig,
  setting: readonly [string, unknown],
  semantics: Semantics,
) => withSetting(CATALOGUE, loss, setting, semantics);
