import { MOST_CLASSES } from "./dataset.js";

const INTEGER_ARRAYS = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  BigInt64Array,
  BigUint64Array,
] as const;

/** An array of integers of any size. */
export type IntegerArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

export const isIntegerArray = (value: unknown): value is IntegerArray =>
  INTEGER_ARRAYS.some((Kind) => value instanceof Kind);

/** Whether a value can be a label: a whole number from 0 to 255. */
export const isClassId = (label: unknown): label is number | bigint =>
  typeof label === "bigint"
    ? label >= 0n && label < BigInt(MOST_CLASSES)
    : Number.isInteger(label) && (label as number) >= 0 && (label as number) < MOST_CLASSES;

/** Labels as bytes; bytes are not copied. All must be class ids. */
export function labelBytes(labels: IntegerArray | readonly number[]): Uint8Array {
  if (labels instanceof Uint8Array) return labels;
  const bytes = new Uint8Array(labels.length);
  for (let i = 0; i < labels.length; i++) bytes[i] = Number(labels[i]);
  return bytes;
}
