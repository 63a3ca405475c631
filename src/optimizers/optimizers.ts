import { z } from "zod";
import { parse } from "../config/parse.js";
import { schemaByValue } from "../config/schema-by-value.js";
import type { Semantics } from "../config/semantics.js";
import { SEMANTICS } from "../config/semantics.js";
import { configError } from "../errors.js";
import type { UpdateGraph } from "../formula/graph.js";
import { parseUpdate } from "../formula/parse-update.js";
import { adagrad } from "./adagrad.js";
import { adam } from "./adam.js";
import type { OptimizerDefinition } from "./definition.js";
import { learningRate } from "./ranges.js";
import { rmsprop } from "./rmsprop.js";
import { sgd } from "./sgd.js";

/** The optimizers that have a name. */
export const OPTIMIZERS = { adam, sgd, rmsprop, adagrad } as const satisfies Record<string, unknown>;

export type OptimizerName = keyof typeof OPTIMIZERS;
export const OPTIMIZER_NAMES = Object.keys(OPTIMIZERS) as OptimizerName[];

/** The smallest and largest numbers any config may hold keep typing errors out, not experiments. */
const rate = learningRate.describe("size of a step, in units of the update");
const label = z.string().min(1).max(200);

type Hyperparameters<Definition> =
  Definition extends OptimizerDefinition<infer Shape>
    ? { readonly [Key in keyof Shape]?: z.input<Shape[Key]> }
    : never;

/** A built-in optimizer with the settings that are not to be the framework's defaults. */
export type BuiltInOptimizer = {
  [Name in OptimizerName]: {
    readonly name: Name;
    /** What results call it, to tell two settings of one optimizer apart. */
    readonly label?: string;
    /** Whose formula and defaults. Default: the run's. */
    readonly semantics?: Semantics;
    /** Size of a step. Default: the framework's. */
    readonly learningRate?: number;
    /** Only in results read back: must be the formula that the settings stand for. */
    readonly formula?: string;
  } & Hyperparameters<(typeof OPTIMIZERS)[Name]>;
}[OptimizerName];

const ownSchema = z.strictObject({
  name: z.string().min(1).max(100),
  label: label.optional(),
  semantics: z.literal("own").default("own"),
  learningRate: rate.default(0.001),
  hyperparameters: z.record(z.string(), z.number()).default({}),
  state: z.record(z.string(), z.number()).default({}),
  formula: z.string(),
});

/** An optimizer of the user's own: a formula in theta, g, t, learningRate, its hyperparameters and states. */
export interface OwnOptimizer extends Readonly<z.input<typeof ownSchema>> {}

/** An optimizer: a name, a name with settings, or a formula of one's own. */
export type OptimizerConfig = OptimizerName | BuiltInOptimizer | OwnOptimizer | ResolvedOptimizer;

/** An optimizer with every default filled in and the formula it runs; a valid `OptimizerConfig` again. */
export type ResolvedOptimizer = {
  readonly name: string;
  readonly label?: string;
  readonly semantics: Semantics | "own";
  readonly learningRate: number;
  readonly formula: string;
} & { readonly [hyperparameter: string]: unknown };

export const optimizerSchema = schemaByValue<OptimizerConfig>(schemaOf);

/** The schema that the value's own name asks for, so that errors speak of that optimizer. */
function schemaOf(value: unknown): z.ZodType {
  if (typeof value !== "object" || value === null) return z.enum(OPTIMIZER_NAMES);
  const { name } = value as { name?: unknown };
  const definition = definitionOf(name);
  if (definition !== undefined) return builtInSchema(definition);
  return "formula" in value ? ownSchema : z.looseObject({ name: z.enum(OPTIMIZER_NAMES) });
}

function builtInSchema({ name, hyperparameters }: OptimizerDefinition) {
  return z.strictObject({
    name: z.literal(name),
    label: label.optional(),
    semantics: z.enum(SEMANTICS).optional(),
    learningRate: rate.optional(),
    ...z.object(hyperparameters as z.ZodRawShape).partial().shape,
    formula: z.string().optional(),
  });
}

const definitionOf = (name: unknown): OptimizerDefinition | undefined =>
  typeof name === "string" && Object.hasOwn(OPTIMIZERS, name)
    ? (OPTIMIZERS[name as OptimizerName] as unknown as OptimizerDefinition)
    : undefined;

/**
 * Fills in the framework's defaults and the formula.
 *
 * @param semantics whose, unless the optimizer says it itself
 * @throws OptimbenchError (CONFIG, FORMULA)
 */
export function resolveOptimizer(input: OptimizerConfig, semantics: Semantics): ResolvedOptimizer {
  const value = typeof input === "string" ? { name: input } : input;
  const given = parse(
    typeof input === "string" ? z.object({ name: z.enum(OPTIMIZER_NAMES) }) : schemaOf(value),
    value,
    "optimizer",
  ) as Record<string, unknown>;
  const definition = definitionOf(given.name);
  const resolved =
    definition === undefined ? (given as ResolvedOptimizer) : fillIn(definition, given, semantics);
  updateGraph(resolved); // a formula that does not parse is refused here, before anything runs
  return resolved;
}

function fillIn(
  definition: OptimizerDefinition,
  given: Record<string, unknown>,
  fallback: Semantics,
): ResolvedOptimizer {
  const {
    name,
    label,
    semantics = fallback,
    formula: claimed,
    ...settings
  } = given as Partial<ResolvedOptimizer>;
  const defaults = definition.defaults[semantics as Semantics];
  const hyperparameters = { ...defaults, ...settings };
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
  } as ResolvedOptimizer;
}

/** The update that native code runs. */
export function updateGraph(optimizer: ResolvedOptimizer): UpdateGraph {
  const { name, formula } = optimizer;
  const definition = definitionOf(name);
  if (definition === undefined) {
    const { hyperparameters, state } = optimizer as unknown as z.output<typeof ownSchema>;
    return parseUpdate(formula, { hyperparameters, state });
  }
  // Of a built-in's hyperparameters, some only choose the formula.
  const hyperparameters = Object.fromEntries(
    Object.keys(definition.hyperparameters)
      .filter((key) => typeof optimizer[key] === "number" && new RegExp(`\\b${key}\\b`).test(formula))
      .map((key) => [key, optimizer[key] as number]),
  );
  return parseUpdate(formula, { hyperparameters, state: definition.state?.(optimizer as never) ?? {} });
}

/** One line that tells it apart: "adam", or "sgd (learningRate 0.1, momentum 0.9)" where settings differ from the defaults. */
export function optimizerLabel(optimizer: ResolvedOptimizer): string {
  const { name, label, semantics } = optimizer;
  if (label !== undefined) return label;
  const defaults = definitionOf(name)?.defaults[semantics as Semantics] as
    | Record<string, unknown>
    | undefined;
  if (defaults === undefined) return name;
  const different = Object.entries(defaults).filter(([key, value]) => optimizer[key] !== value);
  const text = different.map(([key]) => `${key} ${optimizer[key]}`).join(", ");
  return text === "" ? name : `${name} (${text})`;
}
