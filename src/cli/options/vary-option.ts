import { configError } from "../../errors.js";
import { model } from "./model-option.js";
import { parseRange, parseSettings, parseSpec, scalar, splitOutsideQuotes } from "./spec.js";
import { initialWeights, layerNames } from "./weights-option.js";

type Vary = Readonly<Record<string, unknown>>;

/** How each value of a path is read. Other values are numbers, true, false or text. */
const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  schedule: parseSpec,
  model,
  earlyStopping: parseSettings,
  augmentation: parseSettings,
  split: parseSettings,
  initialWeights,
  frozen: layerNames,
};

/**
 * Adds `batchSize=32,256`, `schedule=constant,cosine:alpha=0.1` or `optimizer.learningRate=1e-4..1e-1/7` to the values of earlier
 * options. The word none stands for the default.
 */
export function parseVary(text: string, previous?: unknown): Vary {
  const at = text.indexOf("=");
  const path = text.slice(0, Math.max(0, at)).trim();
  const values = text.slice(at + 1).trim();
  if (path === "" || values === "")
    throw configError(
      `Expected a path and values such as batchSize=32,256 or optimizer.momentum=0..0.9, got "${text}".`,
    );
  const before = (previous as Vary | undefined) ?? {};
  if (Object.hasOwn(before, path))
    throw configError(`"${path}" is given twice. List all its values in one option.`);
  const read = READERS[path] ?? scalar;
  return { ...before, [path]: values === "all" ? values : (parseRange(values) ?? listOf(values, read)) };
}

function listOf(text: string, read: (text: string) => unknown): unknown[] {
  const items = splitOutsideQuotes(text, ",").map((item) => item.trim());
  if (items.includes("")) throw configError(`There is an empty item in "${text}". Remove the extra comma.`);
  const range = items.find((item) => parseRange(item) !== undefined);
  if (range !== undefined)
    throw configError(`"${range}" is a range, which cannot be part of a list. Give the range alone.`);
  return items.map((item) => {
    if (item === "all") return item; // the schema says that it stands alone
    return item === "none" ? null : read(item);
  });
}
