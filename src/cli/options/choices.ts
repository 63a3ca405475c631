import { rangeValues, valueRangeSchema } from "../../config/value-range.js";
import { LOSS_NAMES } from "../../losses/losses.js";
import { OPTIMIZER_NAMES } from "../../optimizers/optimizers.js";
import { parse } from "../../validation/parse.js";
import { parseRange, parseSpecs, type Spec } from "./spec.js";

/** Reads a list of optimizers, in which `adam:learningRate=1e-4..1e-1/7` stands for seven; `all` stands for all built-in ones. */
export const optimizerList = (text: string): readonly Spec[] =>
  text === "all" ? OPTIMIZER_NAMES : parseSpecs(text).flatMap(inRanges);

/** Reads a list of losses in the same way. */
export const lossList = (text: string): readonly Spec[] =>
  text === "all" ? LOSS_NAMES : parseSpecs(text).flatMap(inRanges);

/** One choice for each value of each range among its settings; the last range changes fastest. */
function inRanges(spec: Spec): readonly Spec[] {
  if (typeof spec === "string") return [spec];
  return Object.entries(spec).reduce<Exclude<Spec, string>[]>(
    (specs, [key, value]) => {
      const range = typeof value === "string" ? parseRange(value) : undefined;
      if (range === undefined) return specs;
      const values = rangeValues(parse(valueRangeSchema, range, `${spec.name}:${key}`));
      return specs.flatMap((each) => values.map((one) => ({ ...each, [key]: one })));
    },
    [spec],
  );
}
