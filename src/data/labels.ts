import { type Labels, MOST_CLASSES } from "./dataset.js";

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

/** Whether a value can be a label: a whole number from 0 to 65,535. */
export const isClassId = (label: unknown): label is number | bigint =>
  typeof label === "bigint"
    ? label >= 0n && label < BigInt(MOST_CLASSES)
    : Number.isInteger(label) && (label as number) >= 0 && (label as number) < MOST_CLASSES;

/** Labels as bytes if all fit, so that the same labels always have the same form. Bytes are not copied. All must be class ids. */
export function narrowLabels(labels: IntegerArray | ArrayLike<number>): Labels {
  if (labels instanceof Uint8Array) return labels;
  const narrow = new Uint8Array(labels.length);
  for (let i = 0; i < labels.length; i++) {
    const label = Number(labels[i]);
    if (label > 255) return Uint16Array.from({ length: labels.length }, (_, index) => Number(labels[index]));
    narrow[i] = label;
  }
  return narrow;
}
