import type { Augmentation } from "../config/augmentation.js";
import type { Dataset } from "../data/dataset.js";
import { loadNative } from "../native/addon.js";

/**
 * Augments a dataset's images as training does in one epoch, rounded to whole numbers.
 *
 * @returns images of the same total size as the dataset's
 * @throws OptimbenchError (LIBTORCH)
 */
export function augmentedImages(
  { images, channels, height, width }: Pick<Dataset, "images" | "channels" | "height" | "width">,
  augmentation: Augmentation,
  { seed, epoch }: { readonly seed: number; readonly epoch: number },
): Uint8Array {
  const shape = [channels, height, width] as const;
  return loadNative().augment({ images, shape, augmentation, seed, epoch });
}
