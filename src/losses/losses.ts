import { z } from "zod";
import { parse } from "../config/parse.js";
import { schemaByValue } from "../config/schema-by-value.js";
import type { Semantics } from "../config/semantics.js";
import { SEMANTICS } from "../config/semantics.js";
import { configError } from "../errors.js";
import type { LossGraph } from "../formula/graph.js";
import { parseLoss } from "../formula/parse-loss.js";
import { categoricalCrossentropy } from "./categorical-crossentropy.js";
import type { LossDefinition } from "./definition.js";
import { meanAbsoluteError } from "./mean-absolute-error.js";
import { meanSquaredError } from "./mean-squared-error.js";
import { sparseCategoricalCrossentropy } from "./sparse-categorical-crossentropy.js";

/** The losses that have a name. */
export const LOSSES = {
  sparseCategoricalCrossentropy,
  categoricalCrossentropy,
  meanSquaredError,
  meanAbsoluteError,
} as const satisfies Record<string, unknown>;

export type LossName = keyof typeof LOSSES;
export const LOSS_NAMES = Object.keys(LOSSES) as LossName[];

const label = z.string().min(1).max(200);

type Hyperparameters<Definition> =
  Definition extends LossDefinition<infer Shape>
    ? { readonly [Key in keyof Shape]?: z.input<Shape[Key]> }
    : never;

/** A built-in loss with the settings that are not to be the framework's defaults. */
export type BuiltInLoss = {
  [Name in LossName]: {
    readonly name: Name;
    /** What results call it. */
    readonly label?: string;
    /** Whose formula and defaults. Default: the run's. */
    readonly semantics?: Semantics;
    /** Only in results read back: must be the formula that the settings stand for. */
    readonly formula?: string;
  } & Hyperparameters<(typeof LOSSES)[Name]>;
}[LossName];

const ownSchema = z.strictObject({
  name: z.string().min(1).max(100),
  label: label.optional(),
  semantics: z.literal("own").default("own"),
  hyperparameters: z.record(z.string(), z.number()).default({}),
  formula: z.string(),
});

/** A loss of the user's own: a formula in z (logits) and y (target), one number a sample. */
export interface OwnLoss extends Readonly<z.input<typeof ownSchema>> {}

/** A loss: a name, a name with settings, or a formula of one's own. */
export type LossConfig = LossName | BuiltInLoss | OwnLoss | ResolvedLoss;

/** A loss with every default filled in and the formula it runs; a valid `LossConfig` again. */
export type ResolvedLoss = {
  readonly name: string;
  readonly label?: string;
  readonly semantics: Semantics | "own";
  readonly formula: string;
} & { readonly [hyperparameter: string]: unknown };

export const lossSchema = schemaByValue<LossConfig>(schemaOf);

/** The schema that the value's own name asks for, so that errors speak of that loss. */
function schemaOf(value: unknown): z.ZodType {
  if (typeof value !== "object" || value === null) return z.enum(LOSS_NAMES);
  const definition = definitionOf((value as { name?: unknown }).name);
  if (definition !== undefined) return builtInSchema(definition);
  return "formula" in value ? ownSchema : z.looseObject({ name: z.enum(LOSS_NAMES) });
}

function builtInSchema({ name, hyperparameters }: LossDefinition) {
  return z.strictObject({
    name: z.literal(name),
    label: label.optional(),
    semantics: z.enum(SEMANTICS).optional(),
    ...z.object(hyperparameters as z.ZodRawShape).partial().shape,
    formula: z.string().optional(),
  });
}

const definitionOf = (name: unknown): LossDefinition | undefined =>
  typeof name === "string" && Object.hasOwn(LOSSES, name)
    ? (LOSSES[name as LossName] as unknown as LossDefinition)
    : undefined;

/**
 * Fills in the framework's defaults and the formula.
 *
 * @param semantics whose, unless the loss says it itself
 * @throws OptimbenchError (CONFIG, FORMULA)
 */
export function resolveLoss(input: LossConfig, semantics: Semantics): ResolvedLoss {
  const value = typeof input === "string" ? { name: input } : input;
  const given = parse(
    typeof input === "string" ? z.object({ name: z.enum(LOSS_NAMES) }) : schemaOf(value),
    value,
    "loss",
  ) as Record<string, unknown>;
  const definition = definitionOf(given.name);
  const resolved = definition === undefined ? (given as ResolvedLoss) : fillIn(definition, given, semantics);
  lossGraph(resolved); // a formula that does not parse is refused here, before anything runs
  return resolved;
}

function fillIn(
  definition: LossDefinition,
  given: Record<string, unknown>,
  fallback: Semantics,
): ResolvedLoss {
  const { name, label, semantics = fallback, formula: claimed, ...settings } = given as Partial<ResolvedLoss>;
  const hyperparameters = { ...definition.defaults[semantics as Semantics], ...settings };
  const formula = definition.formula(hyperparameters as never, semantics as Semantics);
  if (claimed !== undefined && claimed !== formula)
    throw configError(
      `\`formula\` is not ${name}'s formula with these settings. To run a formula of your own, give it a name of its own.`,
    );
  return {
    name: definition.name,
    ...(label && { label }),
    semantics,
    ...hyperparameters,
    formula,
  } as ResolvedLoss;
}

/** The loss that native code runs. */
export function lossGraph(loss: ResolvedLoss): LossGraph {
  const { name, formula } = loss;
  const definition = definitionOf(name);
  if (definition === undefined)
    return parseLoss(formula, {
      hyperparameters: (loss as unknown as z.output<typeof ownSchema>).hyperparameters,
    });
  // Of a built-in's hyperparameters, some only choose the formula.
  const hyperparameters = Object.fromEntries(
    Object.keys(definition.hyperparameters)
      .filter((key) => typeof loss[key] === "number" && new RegExp(`\\b${key}\\b`).test(formula))
      .map((key) => [key, loss[key] as number]),
  );
  return parseLoss(formula, { hyperparameters });
}
