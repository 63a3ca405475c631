import { z } from "zod";
import { configError } from "../errors.js";
import { LOSS_NAMES, type LossConfig, lossSchemaFor } from "../losses/losses.js";
import { OPTIMIZER_NAMES, type OptimizerConfig, optimizerSchemaFor } from "../optimizers/optimizers.js";
import { integerText } from "../validation/count-text.js";
import { isWholeNumber, schemaAt, unwrapped } from "../validation/number-range.js";
import { pathText } from "../validation/path-text.js";
import { schemaByValue } from "../validation/schema-by-value.js";
import { withValueAt } from "./config-path.js";
import { type Alternative, MOST_RUNS, validated } from "./factors.js";
import type { ValueRange } from "./value-range.generated.js";
import { allAloneText, MOST_VALUES, rangeValues, valueRangeSchema } from "./value-range.js";

/** The keys of an optimizer or a loss that have one value. */
export const SINGLE_KEYS = ["name", "label", "semantics", "formula", "state"] as const;

/** A value, or several: a list or, of numbers, a range. For a setting that is itself a list, several are a list of lists. */
export type Values<Value> =
  | Value
  | readonly NonNullable<Value>[]
  | (number extends Value ? ValueRange : never);

/** An optimizer or a loss whose settings may have several values. It stands for one of each combination. */
export type Choices<Config> = Config extends object
  ? {
      readonly [Key in keyof Config]: Key extends "name" | "label" | "semantics" | "formula" | "state"
        ? Config[Key]
        : Config[Key] extends Readonly<Record<string, infer Value>> | undefined
          ? Readonly<Record<string, Values<Value>>> | undefined
          : Values<Config[Key]>;
    }
  : Config;

export const optimizerChoicesSchema = schemaByValue<Choices<OptimizerConfig>>((value) =>
  value === "all" ? allAlone("optimizers") : withValues(optimizerSchemaFor(value), value),
).meta({ examples: OPTIMIZER_NAMES });

export const lossChoicesSchema = schemaByValue<Choices<LossConfig>>((value) =>
  value === "all" ? allAlone("losses") : withValues(lossSchemaFor(value), value),
).meta({ examples: LOSS_NAMES });

/** Rejects "all" as an item of a list. */
const allAlone = (key: string) => z.never({ error: `\`{path}\` is "all", ${allAloneText(`${key}: "all"`)}` });

/** The schema of a value in which each setting has the form that the value gives it: one value, a list or a range. */
function withValues(schema: z.ZodType, value: unknown): z.ZodType {
  if (!(schema instanceof z.ZodObject) || !isObject(value)) return schema;
  const forms = Object.entries(value).flatMap(([key, given]) => {
    const setting = schemaAt(schema, [key]);
    if (setting === undefined || isSingle(key)) return [];
    if (!(setting instanceof z.ZodRecord)) return [[key, formOf(setting, given)] as const];
    if (!isObject(given)) return [];
    const inner = Object.keys(given).map((each) => [
      each,
      formOf(setting.valueType as z.ZodType, given[each]),
    ]);
    return [[key, z.strictObject(Object.fromEntries(inner))] as const];
  });
  return schema.extend(Object.fromEntries(forms));
}

function formOf(setting: z.ZodType, value: unknown): z.ZodType {
  if (isRange(setting, value)) return valueRangeSchema;
  return isList(setting, value) ? z.array(setting).min(1).max(MOST_VALUES).readonly() : setting.optional();
}

/** What an item of `optimizers` or `losses` stands for, the last setting changing fastest. @throws OptimbenchError (CONFIG) */
export function choicesOf(key: "optimizer" | "loss", item: unknown, given: string): Alternative[] {
  const one: Alternative = { value: item, places: [{ path: key, given }] };
  const settings = isObject(item)
    ? severalOf(key === "optimizer" ? optimizerSchemaFor(item) : lossSchemaFor(item), item)
    : [];
  const count = settings.reduce((product, { values }) => product * values.length, 1);
  if (count > MOST_RUNS)
    throw configError(
      `\`${given}\` stands for ${integerText(count)} choices, but at most ${integerText(MOST_RUNS)} runs are supported. Give fewer values.`,
      given,
    );
  const all = settings.reduce<readonly Alternative[]>(
    (before, { keys, values }) =>
      before.flatMap((each) =>
        values.map(({ value, index }) => ({
          value: withValueAt(each.value, keys, value, given),
          places: [
            ...each.places,
            { path: pathText([key, ...keys]), given: `${given}.${pathText(keys)}${index}` },
          ],
        })),
      ),
    [one],
  );
  return settings.length === 0 ? [one] : all.map((each) => validated(key, each));
}

/** A setting with several values, and where in it each is. */
interface Several {
  readonly keys: readonly string[];
  readonly values: readonly { readonly value: unknown; readonly index: string }[];
}

function severalOf(schema: z.ZodType, item: Readonly<Record<string, unknown>>): Several[] {
  return Object.entries(item)
    .filter(([key]) => !isSingle(key))
    .flatMap(([key, given]) => {
      if (!(schemaAt(schema, [key]) instanceof z.ZodRecord)) return [{ keys: [key], given }];
      return Object.entries(given as object).map(([inner, each]) => ({
        keys: [key, inner],
        given: each as unknown,
      }));
    })
    .flatMap(({ keys, given }) => {
      const values = valuesOf(schemaAt(schema, keys)!, given);
      return values === undefined ? [] : [{ keys, values }];
    });
}

function valuesOf(setting: z.ZodType, given: unknown): Several["values"] | undefined {
  if (isRange(setting, given))
    return rangeValues(valueRangeSchema.parse(given), isWholeNumber(setting)).map((value) => ({
      value,
      index: "",
    }));
  return isList(setting, given) ? given.map((value, i) => ({ value, index: `[${i}]` })) : undefined;
}

const isSingle = (key: string) => (SINGLE_KEYS as readonly string[]).includes(key);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The kinds of values that a setting takes. */
const kindsOf = (setting: z.ZodType): readonly z.ZodType[] =>
  setting instanceof z.ZodUnion ? setting.options.map((each) => unwrapped(each as z.ZodType)) : [setting];

const isRange = (setting: z.ZodType, value: unknown): value is ValueRange =>
  isObject(value) && kindsOf(setting).some((kind) => kind instanceof z.ZodNumber);

/** Whether a value lists values. A setting that is itself a list takes a list of lists. */
const isList = (setting: z.ZodType, value: unknown): value is readonly unknown[] =>
  Array.isArray(value) &&
  (value.some(Array.isArray) || !kindsOf(setting).some((kind) => kind instanceof z.ZodArray));
