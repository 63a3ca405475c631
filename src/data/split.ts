import { configError } from "../errors.js";
import { integerText } from "../validation/count-text.js";
import { permutation, randomStream } from "./random.js";

/**
 * Draws disjoint training and validation images, as indices into the dataset in random order. The same count, sizes and seed
 * give the same split. The validation images of a seed do not depend on the number of training images.
 *
 * @param count the number of images in the dataset
 * @throws OptimbenchError (CONFIG) if the sizes are not whole numbers from 1, or their sum exceeds `count`
 */
export function split(
  count: number,
  { train, validation }: { readonly train: number; readonly validation: number },
  seed: number,
): { readonly train: Uint32Array; readonly validation: Uint32Array } {
  for (const [name, size] of Object.entries({ train, validation }))
    if (!Number.isInteger(size) || size < 1)
      throw configError(`Expected a whole number of at least 1 for \`split.${name}\`, got ${size}.`);
  if (train + validation > count)
    throw configError(
      `Cannot split ${integerText(count)} images into ${integerText(train)} for training and ` +
        `${integerText(validation)} for validation, ${integerText(train + validation)} in total. Reduce \`split.train\` or \`split.validation\`.`,
    );
  const order = permutation(count, randomStream(seed, "split"));
  return { validation: order.slice(0, validation), train: order.slice(validation, validation + train) };
}

/** The indices of all images of a set. */
export const allOf = ({ count }: { readonly count: number }): Uint32Array =>
  Uint32Array.from({ length: count }, (_, i) => i);
