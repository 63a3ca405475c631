// The JSON Schema of what commands print with --json, from the zod schemas in src/.
import { z } from "zod";
import { documentSchema } from "../../dist/cli/output/document-schema.js";
import { resultSchemas, withSentences } from "./result-schemas.mjs";

/**
 * The schema by name. It refers to those of results as "#/$defs/<name>".
 *
 * @returns {Record<string, import("./config-schemas.mjs").JsonSchema>}
 */
export function outputSchemas() {
  resultSchemas(); // names them
  z.globalRegistry.add(documentSchema, { ...z.globalRegistry.get(documentSchema), id: "Output" });
  const override = ({ jsonSchema }) => {
    delete jsonSchema.readOnly;
  };
  const { $defs } = z.toJSONSchema(z.object({ Output: documentSchema }), { io: "input", override });
  return { Output: withSentences(JSON.parse(JSON.stringify($defs.Output))) };
}
