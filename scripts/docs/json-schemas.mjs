// The published JSON Schemas of configs, studies and output, for editors and other programs.
import { configSchemas } from "./config-schemas.mjs";
import { outputSchemas } from "./output-schemas.mjs";
import { resultSchemas } from "./result-schemas.mjs";

/**
 * The files: text by path.
 *
 * @returns {Map<string, string>}
 */
export function jsonSchemas(schemas = { ...configSchemas(), ...resultSchemas(), ...outputSchemas() }) {
  const inJson = ofFiles(schemas);
  const files = {
    "train-config": inJson.TrainConfig,
    "compare-config": inJson.CompareConfig,
    "bench-config": inJson.BenchConfig,
    study: inJson.Study,
    output: inJson.Output,
  };
  return new Map(
    Object.entries(files).map(([name, schema]) => [
      `schemas/${name}.schema.json`,
      `${JSON.stringify({ ...document(schema, inJson), title: `optimbench: ${name}` }, null, 2)}\n`,
    ]),
  );
}

/** Removes what a JSON file cannot contain: values in memory, such as arrays of images, and TypeScript types. */
function ofFiles(value) {
  if (Array.isArray(value)) return value.filter((each) => each?.tsType === undefined).map(ofFiles);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => key !== "tsType");
  return Object.fromEntries(entries.map(([key, each]) => [key, ofFiles(each)]));
}

/** A schema with everything that it refers to. */
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
