import { z } from "zod";
import { schemaByValue } from "../config/schema-by-value.js";
import type { Semantics, Source } from "../config/semantics.js";
import {
  type Catalogue,
  constantsOf,
  inFormulaOf,
  ownShape,
  resolve,
  schemaFor,
} from "../formula/catalogue.js";
import type { Settings, Values } from "../formula/definition.js";
import type { LossGraph } from "../formula/graph.js";
import { parseLoss } from "../formula/parse-loss.js";
import { categoricalCrossentropy } from "./categorical-crossentropy.js";
import { meanAbsoluteError } from "./mean-absolute-error.js";
import { meanSquaredError } from "./mean-squared-error.js";
import { sparseCategoricalCrossentropy } from "./sparse-categorical-crossentropy.js";

/** The losses that have a name. */
export const LOSSES = {
  sparseCategoricalCrossentropy,
  categoricalCrossentropy,
  meanSquaredError,
  meanAbsoluteError,
} as const;

export type LossName = keyof typeof LOSSES;
export const LOSS_NAMES = Object.keys(LOSSES) as LossName[];

/** A built-in loss with the settings that are not to be the framework's defaults. */
export type BuiltInLoss = {
  [Name in LossName]: {
    readonly name: Name;
    /** What results call it. */
    readonly label?: string;
    /** Whose formula and defaults. Default: the run's. */
    readonly semantics?: Source;
    /** Only in results read back: must be the formula that the settings stand for. */
    readonly formula?: string;
  } & Settings<(typeof LOSSES)[Name]["hyperparameters"]>;
}[LossName];

const ownSchema = z.strictObject(ownShape);

/** A loss of the user's own: a formula in z (logits) and y (target), one number a sample. */
export interface OwnLoss extends Readonly<z.input<typeof ownSchema>> {}

/** A loss: a name, a name with settings, or a formula of one's own. */
export type LossConfig = LossName | BuiltInLoss | OwnLoss;

/** A loss with every default filled in and the formula it runs; a valid `LossConfig` again. */
export type ResolvedLoss = ResolvedBuiltIn | Readonly<z.output<typeof ownSchema>>;

type ResolvedBuiltIn = {
  [Name in LossName]: {
    readonly name: Name;
    readonly label?: string;
    readonly semantics: Source;
    readonly formula: string;
  } & Values<(typeof LOSSES)[Name]["hyperparameters"]>;
}[LossName];

const CATALOGUE: Catalogue = { what: "loss", definitions: LOSSES, own: ownSchema };

export const lossSchema = schemaByValue<LossConfig>((value) => schemaFor(CATALOGUE, value));

/**
 * Fills in the framework's defaults and the formula.
 *
 * @param semantics whose, unless the loss says it itself
 * @throws OptimbenchError (CONFIG, FORMULA)
 */
export function resolveLoss(input: LossConfig, semantics: Semantics): ResolvedLoss {
  const resolved = resolve(CATALOGUE, input, semantics) as ResolvedLoss;
  lossGraph(resolved); // a formula that does not parse is refused here, before anything runs
  return resolved;
}

/** The loss that native code runs. */
export function lossGraph(loss: ResolvedLoss): LossGraph {
  const { name, formula } = loss;
  if (loss.semantics === "own") return inFormulaOf(CATALOGUE, name, () => parseLoss(formula, loss));
  return parseLoss(formula, { hyperparameters: constantsOf(LOSSES[loss.name].hyperparameters, loss) });
}
