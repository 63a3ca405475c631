import { z } from "zod";
import {
  type Catalogue,
  choiceLabel,
  constantsOf,
  customShape,
  inFormulaOf,
  resolve,
  schemaFor,
} from "../catalogue/catalogue.js";
import type { BuiltIn, ResolvedBuiltIn } from "../catalogue/definition.js";
import type { Semantics } from "../catalogue/semantics.js";
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
import { meanAbsoluteError } from "./mean-absolute-error.js";
import { meanSquaredError } from "./mean-squared-error.js";
import { multiMargin } from "./multi-margin.js";
import { poisson } from "./poisson.js";
import { sparseCategoricalCrossentropy } from "./sparse-categorical-crossentropy.js";
import { squaredHinge } from "./squared-hinge.js";

/** The losses that have a name. */
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

/** A built-in loss with the settings that are not to be the framework's defaults. */
export type BuiltInLoss = BuiltIn<typeof LOSSES>;

const customSchema = z.strictObject({
  ...customShape,
  hyperparameters: z
    .record(z.string(), z.union([z.number(), z.array(z.number()).min(1).max(256).readonly()]))
    .default({}),
});

/**
 * A custom loss: a formula in z (logits) and y (target), one number per sample. A hyperparameter is a number,
 * or a list of one number per class.
 */
export interface CustomLoss extends Readonly<z.input<typeof customSchema>> {}

/** A loss: a name, a name with settings, or a custom formula. */
export type LossConfig = LossName | BuiltInLoss | CustomLoss;

/** A loss with every default filled in and the formula it runs; a valid `LossConfig` again. */
export type ResolvedLoss = ResolvedBuiltIn<typeof LOSSES> | Readonly<z.output<typeof customSchema>>;

const CATALOGUE: Catalogue = { what: "loss", definitions: LOSSES, custom: customSchema };

export const lossSchema = schemaByValue<LossConfig>((value) => schemaFor(CATALOGUE, value));

/**
 * Fills in the framework's defaults and the formula; `lossGraph` compiles it.
 *
 * @param semantics whose, unless the loss says it itself
 * @param classes how many numbers a list has; not checked where left out
 * @param where it lies in the whole config, for messages
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

/** One line that tells it apart: "huber", or "huber (delta 0.1)" where settings differ from the defaults. */
export const lossLabel = (loss: {
  readonly name: string;
  readonly label?: string | undefined;
  readonly semantics: string;
}): string => choiceLabel(CATALOGUE, loss);

/** @throws OptimbenchError (CONFIG) where a list has not one number per class; an empty one stands for a default */
function checkRows(loss: ResolvedLoss, classes: number, where: string): void {
  const isOwn = loss.semantics === "custom";
  const settings = { ...(isOwn ? loss.hyperparameters : loss) };
  const place = isOwn ? within(where, "hyperparameters") : where;
  for (const [key, value] of Object.entries<unknown>(settings))
    if (Array.isArray(value) && value.length > 0 && value.length !== classes)
      throw configError(
        `Expected ${classes} numbers, one per class, for \`${within(place, key)}\`, got ${value.length}.`,
        within(place, key),
      );
}

/**
 * The loss that native code runs.
 *
 * @param where it lies in the whole config, for messages
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
