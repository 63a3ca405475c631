import { z } from "zod";
import { configError, OptimbenchError } from "../errors.js";
import { decimalText } from "../validation/decimal-text.js";
import { parse } from "../validation/parse.js";
import { placeOf, within } from "../validation/path-text.js";
import { plainData } from "../validation/plain-data.js";
import { schemaByName } from "../validation/schema-by-value.js";
import type { Definition } from "./definition.js";
import type { Semantics, Source } from "./semantics.js";

/** The built-in optimizers or losses, and the schema of a custom one. */
export interface Catalogue {
  readonly what: "optimizer" | "loss";
  readonly definitions: Readonly<Record<string, Definition>>;
  readonly custom: z.ZodType;
  /** Settings that every entry has in addition to its hyperparameters, and how they change its formula. */
  readonly gradientTransforms?: {
    readonly shape: z.ZodRawShape;
    apply(formula: string, settings: object, source: Source): string;
    conflict(settings: object, formula: string): string | undefined;
  };
}

/** An entry with every default filled in and its formula: plain data, and valid input again. */
export interface Resolved {
  readonly name: string;
  /** Its name in results, if `name` does not distinguish two entries. */
  readonly label?: string;
  /** The source of formula and defaults; "custom" for a custom formula. */
  readonly semantics: Source | "custom";
  readonly formula: string;
  readonly [setting: string]: unknown;
}

const labelSchema = z
  .string()
  .min(1)
  .max(200)
  .describe("its label in results; by default its name, with the settings that differ from the defaults");

/** The keys of a custom optimizer or loss, apart from its settings. */
export const customShape = {
  name: z.string().min(1).max(100).describe("its name in results"),
  label: labelSchema.optional(),
  semantics: z
    .literal("custom")
    .default("custom")
    .describe("says that the formula is custom; by default this follows from the name"),
  hyperparameters: z.record(z.string(), z.number()).default({}).describe("numbers that the formula names"),
  formula: z.string(),
};

/** The schemas of all forms of a value: a name, a built-in entry with settings, or a custom formula. */
export const alternativesOf = ({
  definitions,
  custom,
  gradientTransforms,
}: Catalogue): readonly z.ZodType[] => [
  z.enum(Object.keys(definitions)),
  ...Object.values(definitions).map((definition) => builtIn(definition, gradientTransforms?.shape)),
  custom,
];

/** The schema of the entry that the value names, so that errors mention only that entry. */
export function schemaFor({ definitions, custom, gradientTransforms }: Catalogue, value: unknown): z.ZodType {
  return schemaByName(value, {
    names: Object.keys(definitions),
    builtIn: (name) => builtIn(definitions[name]!, gradientTransforms?.shape),
    custom,
  });
}

/** A cache: schemas take time to make, and a study may have thousands of arms. */
const schemas = new WeakMap<Definition, z.ZodType>();

function builtIn(definition: Definition, gradientTransforms?: z.ZodRawShape): z.ZodType {
  const schema = schemas.get(definition) ?? schemaOf(definition, gradientTransforms);
  schemas.set(definition, schema);
  return schema;
}

const schemaOf = (
  { name, title, hyperparameters, defaults }: Definition,
  gradientTransforms: z.ZodRawShape = {},
) =>
  z
    .strictObject({
      name: z.literal(name),
      label: labelSchema.optional(),
      semantics: z
        .enum(Object.keys(defaults) as Source[])
        .optional()
        .describe("whose formula and defaults; by default the run's"),
      ...z.object(hyperparameters).partial().shape,
      ...gradientTransforms,
      formula: z
        .string()
        .optional()
        .describe("the formula that the settings stand for, as in results; by default it follows from them"),
    })
    .describe(title);

/**
 * Fills in the framework's defaults and the formula.
 *
 * @param semantics the framework, unless the input names one
 * @param where the input's path in the whole config, for messages
 * @throws OptimbenchError (CONFIG)
 */
export function resolve(catalogue: Catalogue, input: unknown, semantics: Semantics, where = ""): Resolved {
  const plain = plainData(input, catalogue.what);
  const value = parse(schemaFor(catalogue, plain), plain, catalogue.what);
  const given = (typeof value === "string" ? { name: value } : value) as Partial<Resolved>;
  const definition = definitionOf(catalogue, given.name!);
  return definition === undefined
    ? (given as Resolved)
    : fillIn(catalogue, definition, given, semantics, where);
}

function fillIn(
  { gradientTransforms }: Catalogue,
  definition: Definition,
  given: Partial<Resolved>,
  fallback: Semantics,
  where: string,
): Resolved {
  const { name: _, label, semantics: chosen, formula: claimed, ...all } = given;
  const set = Object.entries(all).filter(([, value]) => value !== undefined); // an undefined value counts as omitted
  const isGradientTransform = ([key]: [string, unknown]) =>
    gradientTransforms !== undefined && Object.hasOwn(gradientTransforms.shape, key);
  const added = Object.fromEntries(set.filter(isGradientTransform));
  const settings = Object.fromEntries(set.filter((entry) => !isGradientTransform(entry)));
  const { name } = definition;
  const semantics = (chosen as Source | undefined) ?? sourceFor(definition, fallback);
  const defaults = definition.defaults[semantics]!;
  const unknown = Object.keys(settings).find((key) => !Object.hasOwn(defaults, key));
  if (unknown !== undefined)
    throw configError(
      `Unknown key \`${within(where, unknown)}\`: ${name} has no such hyperparameter in ${semantics}. Known there: ${Object.keys(defaults).join(", ")}.`,
      within(where, unknown),
    );
  const hyperparameters = { ...defaults, ...settings };
  const plain = definition.formula(hyperparameters, semantics);
  const conflict = definition.conflict?.(hyperparameters) ?? gradientTransforms?.conflict(added, plain);
  if (conflict !== undefined) throw configError(`${placeOf(name, where)}: ${conflict}`, where);
  const formula = gradientTransforms?.apply(plain, added, semantics) ?? plain;
  if (claimed !== undefined && claimed !== formula)
    throw configError(
      `\`${within(where, "formula")}\` is not ${name}'s formula for these settings. Change \`name\` to run a custom formula, or omit \`formula\`.`,
      within(where, "formula"),
    );
  return { name, ...(label !== undefined && { label }), semantics, ...hyperparameters, ...added, formula };
}

/** If a framework does not define an entry, the nearest source does; the result names it. */
function sourceFor({ defaults }: Definition, wanted: Semantics): Source {
  const nearest: Source[] = wanted === "pytorch" ? ["author", "keras3"] : ["keras3", "author", "pytorch"];
  return [wanted, ...nearest].find((source) => Object.hasOwn(defaults, source))!;
}

const definitionOf = ({ definitions }: Catalogue, name: string): Definition | undefined =>
  Object.hasOwn(definitions, name) ? definitions[name] : undefined;

/** The settings in which a resolved built-in differs from its source's defaults, in the order of its config. */
export function changedSettings(
  catalogue: Catalogue,
  choice: { readonly name: string; readonly semantics: string },
): [string, unknown][] {
  const defaults: Record<string, unknown> | undefined = definitionOf(catalogue, choice.name)?.defaults[
    choice.semantics as Source
  ];
  if (defaults === undefined) return [];
  const settings = { ...defaults, ...catalogue.gradientTransforms?.shape };
  return Object.entries(choice).filter(
    ([key, value]) => Object.hasOwn(settings, key) && JSON.stringify(value) !== JSON.stringify(defaults[key]),
  );
}

/** One line that identifies an entry: "adam", or "sgd (learningRate 0.1, momentum 0.9)" if settings differ from the defaults. */
export function choiceLabel(
  catalogue: Catalogue,
  choice: { readonly name: string; readonly label?: string | undefined; readonly semantics: string },
): string {
  if (choice.label !== undefined) return choice.label;
  const settings = changedSettings(catalogue, choice).map(
    ([key, value]) => `${key} ${typeof value === "number" ? decimalText(value) : value}`,
  );
  return settings.length === 0 ? choice.name : `${choice.name} (${settings.join(", ")})`;
}

/** The hyperparameters of a built-in entry that its formula mentions. The others only select the formula. */
export function constantsOf<Constant = number>(
  hyperparameters: object,
  resolved: { readonly formula: string },
): Record<string, Constant> {
  const mentioned = new Set(resolved.formula.match(/\w+/g));
  const isConstant = ([key]: [string, unknown]) => Object.hasOwn(hyperparameters, key) && mentioned.has(key);
  return Object.fromEntries(Object.entries<unknown>({ ...resolved }).filter(isConstant)) as Record<
    string,
    Constant
  >;
}

/** Adds to a formula's errors which formula it is and its path in the whole config. */
export function inFormulaOf<Result>(
  { what }: { readonly what: string },
  name: string,
  parseFormula: () => Result,
  where = "",
): Result {
  try {
    return parseFormula();
  } catch (error) {
    if (!(error instanceof OptimbenchError)) throw error;
    throw new OptimbenchError(
      error.code,
      `In the formula of ${what} "${name}"${where && ` (\`${within(where, "formula")}\`)`}: ${error.message}`,
      { path: within(where, "formula") },
    );
  }
}

/** A name, or a name with settings. */
type Choice = string | { readonly name: string };

/** The names of the settings that an entry has, as its framework or formula defines it. */
export function settingsOf(catalogue: Catalogue, choice: Choice, fallback: Semantics): readonly string[] {
  const given: Record<string, unknown> & { name: string } =
    typeof choice === "string" ? { name: choice } : { ...choice };
  const definition = definitionOf(catalogue, given.name);
  if (definition === undefined)
    return [
      ...Object.keys((given.hyperparameters as object | undefined) ?? {}),
      ...(catalogue.what === "optimizer" ? ["learningRate"] : []),
    ];
  const source = (given.semantics as Source | undefined) ?? sourceFor(definition, fallback);
  return [
    ...Object.keys(definition.defaults[source] ?? {}),
    ...Object.keys(catalogue.gradientTransforms?.shape ?? {}),
  ];
}

/**
 * A copy of an entry with another value of a setting, which is a hyperparameter in a custom formula. The formula of a built-in
 * entry follows from its settings, so one that is given is checked and omitted.
 *
 * @throws OptimbenchError (CONFIG) if the given formula is not that of the given settings
 */
export function withSetting(
  catalogue: Catalogue,
  choice: Choice,
  [key, value]: readonly [string, unknown],
  semantics: Semantics,
): { readonly name: string; readonly [key: string]: unknown } {
  const given: Record<string, unknown> & { name: string } =
    typeof choice === "string" ? { name: choice } : { ...choice };
  if (definitionOf(catalogue, given.name) !== undefined) {
    if (given.formula !== undefined) resolve(catalogue, given, semantics, catalogue.what);
    delete given.formula;
    return { ...given, [key]: value };
  }
  const { hyperparameters } = given as { hyperparameters?: object };
  return hyperparameters !== undefined && Object.hasOwn(hyperparameters, key)
    ? { ...given, hyperparameters: { ...hyperparameters, [key]: value } }
    : { ...given, [key]: value };
}
