import { z } from "zod";
import { validate } from "./parse.js";

/**
 * A schema that validates a value with a schema that depends on the value, such as on its `name`, so that messages mention only
 * that schema. It does not change the value: the caller fills in defaults.
 */
export const schemaByValue = <Value>(schemaOf: (value: unknown) => z.ZodType) =>
  z.custom<Value>().superRefine((value, context) => {
    for (const issue of validate(schemaOf(value), value).issues ?? [])
      context.addIssue({ ...issue, continue: false } as never);
  });

/** The schema of a built-in entry, by the value's name, or of a custom formula. */
export function schemaByName(
  value: unknown,
  {
    names,
    builtIn,
    custom,
  }: {
    readonly names: readonly string[];
    readonly builtIn: (name: string) => z.ZodType;
    readonly custom: z.ZodType;
  },
): z.ZodType {
  const known = z.enum(names);
  if (typeof value !== "object" || value === null) return known;
  const { name } = value as { name?: unknown };
  if (typeof name === "string" && names.includes(name)) return builtIn(name);
  return "formula" in value ? custom : z.looseObject({ name: known });
}
