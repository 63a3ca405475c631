import { parseRange, parseSpecs, type Spec } from "./spec.js";

/** All built-in optimizers or losses, or a list. */
export type Choices = "all" | readonly Spec[];

/** Reads optimizers or losses, in whose settings `1e-4..1e-1/7` is a range. */
export const parseChoices = (text: string): Choices =>
  text === "all" ? text : parseSpecs(text).map(withRanges);

function withRanges(spec: Spec): Spec {
  if (typeof spec === "string") return spec;
  const settings = Object.entries(spec).map(([key, value]) => [
    key,
    (typeof value === "string" && parseRange(value)) || value,
  ]);
  return Object.fromEntries(settings) as Spec;
}
