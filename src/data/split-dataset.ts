import type { Dataset } from "./dataset.js";
import { permutation, randomStream } from "./random.js";
import { split } from "./split.js";

/** Images to train with, and images to validate with. */
interface SplitIndices {
  /** Indices into the dataset. */
  readonly train: Uint32Array;
  /** Indices into the dataset's validation set, if it has one, otherwise into the dataset. */
  readonly validation: Uint32Array;
}

/**
 * Draws the training and validation images of a seed.
 *
 * @throws OptimbenchError (CONFIG) if there are too few images
 */
export function splitDataset(
  { count, validation }: Pick<Dataset, "count" | "validation">,
  sizes: { readonly train: number; readonly validation: number },
  seed: number,
): SplitIndices {
  if (validation === undefined) return split(count, sizes, seed);
  const draw = (from: number, most: number) => permutation(from, randomStream(seed, "split")).slice(0, most);
  return { train: draw(count, sizes.train), validation: draw(validation.count, sizes.validation) };
}
