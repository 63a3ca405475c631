import { readFileSync } from "node:fs";
import { configError, OptimbenchError } from "../../errors.js";
import type { Study } from "../../study/study.js";
import { fileProblem } from "../../system/file-problem.js";
import { describe } from "../../validation/describe.js";
import { parseJson } from "../../validation/parse-json.js";

/**
 * Reads a config from a JSON file, which is a config or a study.json.
 *
 * @throws OptimbenchError (CONFIG) that names the file
 */
export function readConfigFile(file: string, fromStudy: (study: Study) => unknown): Record<string, unknown> {
  const value = readJson(file);
  const version: unknown = isStudy(value) ? value.schemaVersion : 1;
  if (version !== 1)
    throw configError(
      `${file} is a study of schemaVersion ${describe(version)}, which this version of optimbench does not support. Update optimbench.`,
    );
  const config = isStudy(value) ? fromStudy(value) : value;
  if (typeof config !== "object" || config === null || Array.isArray(config))
    throw configError(`${file} does not contain a config: expected an object such as { "epochs": 5 }.`);
  return config as Record<string, unknown>;
}

const isStudy = (value: unknown): value is Study =>
  typeof value === "object" &&
  value !== null &&
  "schemaVersion" in value &&
  "runs" in value &&
  Array.isArray(value.runs);

/** @throws OptimbenchError (CONFIG) that names the file */
export function readJson(file: string): unknown {
  try {
    return parseJson(readFileSync(file));
  } catch (cause) {
    throw new OptimbenchError("CONFIG", `Cannot read ${file}: ${fileProblem(cause)}.`, { cause });
  }
}
