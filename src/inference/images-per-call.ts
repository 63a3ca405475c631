import type { Dataset } from "../data/dataset.js";

/** The numbers that cross the native boundary per call. */
const NUMBERS_PER_CALL = 2 ** 22;

/** The number of images that are predicted per call, so that none needs much memory. */
export function imagesPerCall({
  height,
  width,
  channels,
  classes,
}: Pick<Dataset, "height" | "width" | "channels" | "classes">): number {
  return Math.max(1, Math.floor(NUMBERS_PER_CALL / Math.max(height * width * channels, classes)));
}
