import { z } from "zod";
import { numberBounds } from "../validation/number-range.js";

type JsonSchema = z.core.JSONSchema.JSONSchema;

/** The meaning and range of each hyperparameter, from its schema. */
export function hyperparameterTexts(
  shape: z.ZodRawShape,
): { name: string; meaning: string; range: string }[] {
  const { properties = {} } = z.toJSONSchema(z.object(shape), { io: "input", unrepresentable: "any" });
  return Object.entries(properties).map(([name, schema]) => {
    const property = schema as JsonSchema;
    return { name, meaning: property.description ?? "", range: rangeText(property) };
  });
}

/** "0 <= x < 1", "true or false", or the list of valid values. */
function rangeText(schema: JsonSchema): string {
  const { type } = schema;
  if (schema.enum !== undefined) return schema.enum.map((each) => JSON.stringify(each)).join(", ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.anyOf !== undefined)
    return schema.anyOf.map((each) => rangeText(each as JsonSchema)).join(", or ");
  if (type === "boolean") return "true or false";
  if (type === "array") return `a list, each ${rangeText(schema.items as JsonSchema)}`;
  if (type !== "number" && type !== "integer") return String(type ?? "any");
  const { minimum, exclusiveMinimum, maximum, exclusiveMaximum } = numberBounds(schema);
  const least =
    exclusiveMinimum !== undefined ? `${exclusiveMinimum} < ` : minimum !== undefined ? `${minimum} <= ` : "";
  const most =
    exclusiveMaximum !== undefined ? ` < ${exclusiveMaximum}` : maximum !== undefined ? ` <= ${maximum}` : "";
  const what = type === "integer" ? "whole number" : "number";
  return least + most === "" ? `any ${what}` : `${least}x${most}${type === "integer" ? ", whole" : ""}`;
}
