import { z } from "zod";
import { judge } from "./parse.js";

/**
 * A schema that judges a value by the schema which the value itself asks for, such as by its `name`, so that messages
 * speak of that one alone. It checks and changes nothing: defaults are for the caller to fill in.
 */
export const schemaByValue = <Value>(schemaOf: (value: unknown) => z.ZodType) =>
  z.custom<Value>().superRefine((value, context) => {
    for (const issue of judge(schemaOf(value), value).issues ?? [])
      context.addIssue({ ...issue, continue: false } as never);
  });
