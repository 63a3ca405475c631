import { MOST_BYTES, type Scaling } from "./dataset.js";
import { type BadValue, type Floats, findScaling, type MixedScales, scaledBytes } from "./scaling.js";

/** The values of images as they are read, one after another: bytes, or floats from the first value on that is no byte. */
export class PixelList {
  #values: Uint8Array | Float32Array = new Uint8Array(2 ** 16);
  #length = 0;

  get values(): Uint8Array | Float32Array {
    return this.#values.subarray(0, this.#length);
  }

  /** @returns false if there is no room for more */
  push(value: number): boolean {
    const isByte = value >= 0 && value <= 255 && Number.isInteger(value);
    const isFull = this.#length === this.#values.length;
    const becomesFloats = !isByte && this.#values instanceof Uint8Array;
    if ((isFull || becomesFloats) && !this.#replace(isFull ? 2 : 1, becomesFloats)) return false;
    this.#values[this.#length++] = value;
    return true;
  }

  /** Moves the values to a larger array, or to one of floats. */
  #replace(factor: number, becomesFloats: boolean): boolean {
    const areFloats = becomesFloats || this.#values instanceof Float32Array;
    const capacity = factor * this.#values.length;
    if (capacity * (areFloats ? 4 : 1) > MOST_BYTES) return false;
    const values = areFloats ? new Float32Array(capacity) : new Uint8Array(capacity);
    values.set(this.#values);
    this.#values = values;
    return true;
  }
}

/** Converts the values of all parts of a dataset to bytes. Floats in one part are floats in all. */
export async function toBytes(
  parts: readonly (Uint8Array | Floats)[],
): Promise<{ readonly bytes: readonly Uint8Array[]; readonly scaling?: Scaling } | BadValue | MixedScales> {
  if (parts.every((values) => values instanceof Uint8Array)) return { bytes: parts };
  const floats = parts.map((values) => (values instanceof Uint8Array ? Float32Array.from(values) : values));
  const scaling = await findScaling(floats);
  if ("index" in scaling || "floats" in scaling) return scaling;
  const bytes: Uint8Array[] = [];
  for (const values of floats) bytes.push(await scaledBytes(values, scaling));
  return { bytes, scaling };
}
