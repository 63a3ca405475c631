import { encode } from "fast-png";
import type { Dataset, ImageSet } from "./dataset.js";

/** The longest side of a picture, in pixels. Larger images are drawn with every n-th pixel. */
const LONGEST = 96;

/** One image as a PNG: in colour if it has three channels, otherwise its first channel. */
export function imagePng(
  { height, width, channels }: Pick<Dataset, "height" | "width" | "channels">,
  { images }: Pick<ImageSet, "images">,
  index: number,
): Uint8Array {
  const step = Math.ceil(Math.max(height, width) / LONGEST);
  const depth = channels === 3 ? 3 : 1;
  const size = { width: Math.ceil(width / step), height: Math.ceil(height / step) };
  const data = new Uint8Array(size.width * size.height * depth);
  let place = 0;
  for (let y = 0; y < height; y += step)
    for (let x = 0; x < width; x += step)
      for (let c = 0; c < depth; c++)
        data[place++] = images[((index * height + y) * width + x) * channels + c]!;
  return encode({ ...size, channels: depth, data });
}
