import { setImmediate } from "node:timers/promises";

/** Pixels per turn of the event loop: a few milliseconds. */
const PART = 2 ** 20;

/** Converts red, green and blue to luma (ITU-R BT.601), rounded as Pillow does. */
export async function greyPixels(colours: Uint8Array): Promise<Uint8Array> {
  const grey = new Uint8Array(colours.length / 3);
  for (let first = 0; first < grey.length; first += PART) {
    if (first > 0) await setImmediate();
    const end = Math.min(first + PART, grey.length);
    for (let i = first; i < end; i++)
      grey[i] =
        (19595 * colours[3 * i]! + 38470 * colours[3 * i + 1]! + 7471 * colours[3 * i + 2]! + 32768) >> 16;
  }
  return grey;
}
