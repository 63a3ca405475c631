import { z } from "zod";

/** The schema of the value at `path`; undefined unless the path leads through objects, records and lists only. */
export function schemaAt(schema: z.ZodType, path: readonly PropertyKey[]): z.ZodType | undefined {
  const inner = unwrapped(schema);
  if (path.length === 0) return inner;
  const next = childOf(inner, path[0]!);
  return next && schemaAt(next, path.slice(1));
}

function childOf(schema: z.ZodType, key: PropertyKey): z.ZodType | undefined {
  if (schema instanceof z.ZodObject)
    return Object.hasOwn(schema.shape, String(key)) ? schema.shape[String(key)] : undefined;
  if (schema instanceof z.ZodRecord) return schema.valueType as z.ZodType;
  return schema instanceof z.ZodArray ? (schema.element as z.ZodType) : undefined;
}

/** A schema without what makes it optional or gives it a default. */
export const unwrapped = (schema: z.ZodType): z.ZodType =>
  schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodReadonly
    ? unwrapped(schema.unwrap() as z.ZodType)
    : schema;

/** Whether a schema is that of a whole number. */
export const isWholeNumber = (schema: z.ZodType | undefined): boolean =>
  schema instanceof z.ZodNumber && z.toJSONSchema(schema).type === "integer";

/** "a number of at least 0 and less than 1" or "a whole number of at least 1"; undefined for other schemas. */
export function boundsText(schema: z.ZodType | undefined): string | undefined {
  if (!(schema instanceof z.ZodNumber)) return undefined;
  const json = z.toJSONSchema(schema);
  return `a ${json.type === "integer" ? "whole number" : "number"} ${rangePhrase(json)}`;
}

/** "of at least 0 and less than 1"; empty without bounds. */
export function rangePhrase(schema: z.core.JSONSchema.JSONSchema): string {
  const { minimum, exclusiveMinimum, maximum, exclusiveMaximum } = numberBounds(schema);
  const bounds = [
    exclusiveMinimum === undefined ? boundText("of at least", minimum) : `greater than ${exclusiveMinimum}`,
    exclusiveMaximum === undefined ? boundText("at most", maximum) : `less than ${exclusiveMaximum}`,
  ];
  return bounds
    .filter(Boolean)
    .join(" and ")
    .replace(/^at most/, "of at most");
}

const boundText = (word: string, bound: number | undefined) =>
  bound === undefined ? "" : `${word} ${bound}`;

/** The explicit bounds of a number. zod also gives whole numbers the bounds of safe integers. */
export function numberBounds({ minimum, maximum, ...exclusive }: z.core.JSONSchema.JSONSchema) {
  const bound = (value: number | undefined) =>
    value !== undefined && Math.abs(value) < Number.MAX_SAFE_INTEGER ? value : undefined;
  const { exclusiveMinimum, exclusiveMaximum } = exclusive;
  return { minimum: bound(minimum), maximum: bound(maximum), exclusiveMinimum, exclusiveMaximum };
}
