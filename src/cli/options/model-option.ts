import { configError } from "../../errors.js";
import { MODEL_NAMES, MODELS } from "../../models/models.js";
import { didYouMean } from "../../validation/nearest.js";
import { readJson } from "./config-file.js";

/** Reads a model's name, or its layers from a JSON file. */
export const model = (value: string) => {
  if (value.endsWith(".json")) return readJson(value);
  if (Object.hasOwn(MODELS, value)) return value;
  const names = MODEL_NAMES.map((name) => `"${name}"`).join(", ");
  throw configError(
    `Expected ${names} or a .json file of layers, got "${value}".${didYouMean(value, MODEL_NAMES)}`,
  );
};
