import { configError } from "../errors.js";
import type { Dataset, HeldOutSet, ImageSet } from "./dataset.js";
import { greyPixels } from "./greyscale.js";
import { checkImageBytes } from "./image-shape.js";
import { type ReadOptions, sizeOf } from "./read-options.js";
import { resizeImages } from "./resize.js";
import { UNWATCHED } from "./watch.js";

/**
 * Converts a dataset's images to the requested size and to greyscale.
 *
 * @returns the same dataset if its images already are as requested
 * @throws OptimbenchError (CONFIG) if images have channels other than grey or red, green and blue; (DATA) without sharp; (ABORTED) from `watch`
 */
export async function prepare(
  dataset: Dataset,
  { resize, greyscale = false }: ReadOptions,
  watch = UNWATCHED,
): Promise<Dataset> {
  let prepared = dataset;
  if (greyscale && prepared.channels !== 1) {
    checkChannels(prepared, [3], "greyscale");
    prepared = { ...(await mapImages(prepared, greyPixels)), channels: 1 };
  }
  if (resize === undefined) return prepared;
  const { channels } = prepared;
  const from = { height: prepared.height, width: prepared.width };
  const to = sizeOf(resize);
  if (from.height === to.height && from.width === to.width) return prepared;
  checkChannels(prepared, [1, 3], "resize");
  const sets = [prepared, prepared.validation, prepared.test].filter((set) => set !== undefined);
  for (const { count } of sets) checkImageBytes(prepared.name, count, { ...to, channels });
  const total = sets.reduce((sum, { count }) => sum + count, 0);
  let done = 0;
  const report = () => watch.report({ path: prepared.name, unit: "images", done: ++done, total });
  return {
    ...(await mapImages(prepared, (images) => resizeImages(images, channels, from, to, report))),
    ...to,
  };
}

function checkChannels({ name, channels }: Dataset, allowed: readonly number[], option: string): void {
  if (allowed.includes(channels)) return;
  throw configError(
    `\`${option}\` needs images of ${allowed.join(" or ")} channels, but those of ${name} have ${channels}.`,
    option,
  );
}

/** The dataset with other images in all its parts. */
async function mapImages(
  dataset: Dataset,
  convert: (images: Uint8Array) => Promise<Uint8Array>,
): Promise<Dataset> {
  const { validation, test } = dataset;
  const converted = async <Set extends ImageSet>(set: Set): Promise<Set> => ({
    ...set,
    images: await convert(set.images),
  });
  const heldOut = async (part: "validation" | "test", set: HeldOutSet | undefined) =>
    set && { [part]: await converted(set) };
  return {
    ...(await converted(dataset)),
    ...(await heldOut("validation", validation)),
    ...(await heldOut("test", test)),
  };
}
