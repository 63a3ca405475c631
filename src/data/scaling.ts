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

/** Sets that one scaling does not fit: one of floats from 0 to 1, and one of bytes. */
export interface MixedScales {
  /** The sets, as their positions in the argument of `findScaling`. */
  readonly floats: number;
  readonly bytes: number;
}

/**
 * Finds the range of floats that becomes bytes. Values from 0 to 1 are scaled by 255, and whole numbers from 0 to 255 stay as they
 * are. Others, such as standardised images, are scaled linearly from their minimum to their maximum. All sets of a dataset are
 * scaled alike.
 */
export async function findScaling(sets: readonly Floats[]): Promise<Scaling | BadValue | MixedScales> {
  const ranges: Range[] = [];
  for (const [set, values] of sets.entries()) {
    let [minimum, maximum, isWhole] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, true];
    for await (const [first, end] of parts(values.length))
      for (let index = first; index < end; index++) {
        const value = values[index]!;
        if (!Number.isFinite(value)) return { set, index, value };
        if (value < minimum) minimum = value;
        if (value > maximum) maximum = value;
        if (isWhole && !Number.isInteger(value)) isWhole = false;
      }
    ranges.push({ minimum, maximum, isWhole });
  }
  const floats = ranges.findIndex((range) => isZeroToOne(range) && !range.isWhole);
  const bytes = ranges.findIndex((range) => areBytes(range) && !isZeroToOne(range));
  if (floats >= 0 && bytes >= 0) return { floats, bytes };
  if (ranges.every(isZeroToOne)) return { minimum: 0, maximum: 1 };
  if (ranges.every(areBytes)) return { minimum: 0, maximum: 255 };
  return {
    minimum: Math.min(...ranges.map(({ minimum }) => minimum)),
    maximum: Math.max(...ranges.map(({ maximum }) => maximum)),
  };
}

interface Range extends Scaling {
  readonly isWhole: boolean;
}

const isZeroToOne = ({ minimum, maximum }: Range) => minimum >= 0 && maximum <= 1;
const areBytes = ({ minimum, maximum, isWhole }: Range) => isWhole && minimum >= 0 && maximum <= 255;

/** What to do about sets that one scaling does not fit. */
export const mixedScalesText = (floats: string, bytes: string): string =>
  `${floats} has values from 0 to 1, but ${bytes} has whole numbers from 0 to 255. Scale them alike: all from 0 to 1, or all from 0 to 255.`;

/** Converts floats to bytes. Values outside the range become 0 or 255. */
export async function scaledBytes(values: Floats, { minimum, maximum }: Scaling): Promise<Uint8Array> {
  const bytes = new Uint8ClampedArray(values.length); // rounds and clamps
  const range = maximum - minimum || 1;
  for await (const [first, end] of parts(values.length))
    for (let i = first; i < end; i++) bytes[i] = (255 * (values[i]! - minimum)) / range;
  return new Uint8Array(bytes.buffer);
}

/** Whether values are pixels of 0 to 255, or the same as shares of 255. */
export const arePixels = (scaling: Scaling | undefined) =>
  scaling === undefined || (scaling.minimum === 0 && (scaling.maximum === 1 || scaling.maximum === 255));

/**
 * Converts bytes that stand for values of one scale to the bytes that stand for the same values in another.
 *
 * @returns undefined if one of them is that of pixels, so that values have no common meaning
 */
export async function rescaledBytes(
  bytes: Uint8Array,
  from: Scaling | undefined,
  to: Scaling | undefined,
): Promise<Uint8Array | undefined> {
  if (arePixels(from) && arePixels(to)) return bytes;
  if (arePixels(from) || arePixels(to)) return undefined;
  if (from!.minimum === to!.minimum && from!.maximum === to!.maximum) return bytes;
  const values = Float64Array.from({ length: 256 }, (_, byte) => valueAt(byte, from!));
  const table = await scaledBytes(values, to!);
  const result = new Uint8Array(bytes.length);
  for await (const [first, end] of parts(bytes.length))
    for (let i = first; i < end; i++) result[i] = table[bytes[i]!]!;
  return result;
}

const valueAt = (byte: number, { minimum, maximum }: Scaling) => minimum + (byte / 255) * (maximum - minimum);

/** "values from -0.42 to 2.82 were scaled to bytes" */
export const scalingText = ({ minimum, maximum }: Scaling): string =>
  `values from ${Number(minimum.toPrecision(4))} to ${Number(maximum.toPrecision(4))} were scaled to bytes`;
