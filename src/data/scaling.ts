import type { Scaling } from "./dataset.js";
import { parts } from "./parts.js";

/** Values of images that are not bytes. */
export type Floats = Float32Array | Float64Array;

/** A value that is no finite number. */
export interface BadValue {
  /** The set, as its position in the argument of `findScaling`. */
  readonly set: number;
  readonly index: number;
  readonly value: number;
}

/**
 * Finds the range of floats that becomes bytes. Values from 0 to 1 are scaled by 255, and whole numbers from 0 to 255 stay as they
 * are. Others, such as standardised images, are scaled linearly from their minimum to their maximum. All sets of a dataset are
 * scaled alike.
 */
export async function findScaling(sets: readonly Floats[]): Promise<Scaling | BadValue> {
  let [minimum, maximum, isWhole] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, true];
  for (const [set, values] of sets.entries())
    for await (const [first, end] of parts(values.length))
      for (let index = first; index < end; index++) {
        const value = values[index]!;
        if (!Number.isFinite(value)) return { set, index, value };
        if (value < minimum) minimum = value;
        if (value > maximum) maximum = value;
        if (isWhole && !Number.isInteger(value)) isWhole = false;
      }
  if (minimum >= 0 && maximum <= 1) return { minimum: 0, maximum: 1 };
  if (isWhole && minimum >= 0 && maximum <= 255) return { minimum: 0, maximum: 255 };
  return { minimum, maximum };
}

/** Converts floats to bytes. Values outside the range become 0 or 255. */
export async function scaledBytes(values: Floats, { minimum, maximum }: Scaling): Promise<Uint8Array> {
  const bytes = new Uint8ClampedArray(values.length); // rounds and clamps
  const range = maximum - minimum || 1;
  for await (const [first, end] of parts(values.length))
    for (let i = first; i < end; i++) bytes[i] = (255 * (values[i]! - minimum)) / range;
  return new Uint8Array(bytes.buffer);
}

/** "values from -0.42 to 2.82 were scaled to bytes" */
export const scalingText = ({ minimum, maximum }: Scaling): string =>
  `values from ${Number(minimum.toPrecision(4))} to ${Number(maximum.toPrecision(4))} were scaled to bytes`;
