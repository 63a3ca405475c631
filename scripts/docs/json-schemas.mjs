// The JSON Schemas that the package publishes, for editors and other programs: of the two configs and of a study.
import { z } from "zod";
import { studySchema } from "../../dist/study/study-file.js";
import { configSchemas } from "./config-schemas.mjs";

/**
 * The files: their paths, and their text.
 *
 * @returns {Map<string, string>}
 */
export function jsonSchemas(schemas = configSchemas()) {
  const inJson = withoutMemory(schemas);
  const files = {
    "train-config": document(inJson.TrainConfig, inJson),
    "compare-config": document(inJson.CompareConfig, inJson),
    study: z.toJSONSchema(studySchema, { io: "input", unrepresentable: "any" }),
  };
  return new Map(
    Object.entries(files).map(([name, schema]) => [
      `schemas/${name}.schema.json`,
      `${JSON.stringify({ ...schema, title: `optimbench: ${name}` }, null, 2)}\n`,
    ]),
  );
}

/** Values in memory, such as an array of images, cannot be in a file. */
function withoutMemory(value) {
  if (Array.isArray(value)) return value.filter((each) => each?.tsType === undefined).map(withoutMemory);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withoutMemory(each)]));
}

/** A schema with all that it refers to. */
function document(schema, all) {
  const needed = new Set();
  const add = (part) => {
    for (const [, name] of JSON.stringify(part).matchAll(/#\/\$defs\/(\w+)/g)) {
      if (needed.has(name)) continue;
      needed.add(name);
      add(all[name]);
    }
  };
  add(schema);
  const $defs = Object.fromEntries(Object.entries(all).filter(([name]) => needed.has(name)));
  return { $schema: "https://json-schema.org/draft/2020-12/schema", ...schema, $defs };
}
