import { parseSpec } from "./spec.js";

/** Reads `first.safetensors` or `first.safetensors:except=[dense_2]`. */
export function initialWeights(text: string): unknown {
  const spec = parseSpec(text);
  if (typeof spec === "string") return spec;
  const { name: from, except, ...details } = spec;
  return { from, ...(except !== undefined && { except: [except].flat() }), ...details };
}

/** Reads `conv2d_0,dense_0`, in brackets among other values. */
export const layerNames = (text: string): readonly string[] =>
  text
    .replace(/^\[(.*)\]$/s, "$1")
    .split(",")
    .map((name) => name.trim());
