import type { Sharp } from "sharp";
import { runInParallel } from "../system/run-in-parallel.js";
import { loadSharp } from "./sharp.js";

interface Size {
  readonly height: number;
  readonly width: number;
}

/** Enough to keep the threads of sharp busy. */
export const IMAGES_AT_ONCE = 16;

/** Scales an image to a size, whatever its aspect ratio. Both reading a file and converting a dataset resize this way. */
export const resized = (image: Sharp, { height, width }: Size): Sharp =>
  image.resize({ height, width, fit: "fill", kernel: "lanczos3" });

/**
 * Resizes images of 1 or 3 channels.
 *
 * @param onImage called after each image; what it throws ends the work
 * @throws OptimbenchError (DATA) without sharp
 */
export async function resizeImages(
  images: Uint8Array,
  channels: number,
  from: Size,
  to: Size,
  onImage: () => void,
): Promise<Uint8Array> {
  const sharp = loadSharp();
  const [before, after] = [from.height * from.width * channels, to.height * to.width * channels];
  const count = images.length / before;
  const result = new Uint8Array(count * after);
  await runInParallel(Array(count).keys(), IMAGES_AT_ONCE, async (index) => {
    const pixels = images.subarray(index * before, (index + 1) * before);
    const image = sharp(pixels, { raw: { ...from, channels: channels as 1 | 3 } });
    const space = channels === 1 ? "b-w" : "srgb";
    result.set(await resized(image, to).toColourspace(space).raw().toBuffer(), index * after);
    onImage();
  });
  return result;
}
