import { join } from "node:path";
import { dataError } from "../../errors.js";
import { runInParallel } from "../../system/run-in-parallel.js";
import { countText } from "../../validation/count-text.js";
import { type Dataset, type HeldOutSet, LARGEST_IMAGE } from "../dataset.js";
import { checkImageBytes } from "../image-shape.js";
import { narrowLabels } from "../labels.js";
import { type ReadOptions, sizeOf } from "../read-options.js";
import { IMAGES_AT_ONCE } from "../resize.js";
import type { Watch } from "../watch.js";
import { type ImageHeader, readImage, readImageHeader } from "./image-file.js";
import { type ImageFile, imageFiles, isImage, partOf } from "./image-files.js";
import { placeAt } from "./place.js";
import type { Place, Source } from "./source.js";

export const imageFolder: Source = {
  what: "a folder of images with a folder per class",
  recognises: (place) => hasImages(place),
  read: readImageFolder,
};

/** Whether images lie in a folder, in its folders, or in the folders of its train, validation and test folders. */
async function hasImages(place: Place, isInner = false): Promise<boolean> {
  if (place.kind !== "folder") return false;
  if (place.files.some(isImage)) return true;
  for (const name of place.folders) {
    const inner = await placeAt(join(place.path, name)).catch(() => undefined);
    if (inner?.kind !== "folder") continue;
    if (inner.files.some(isImage)) return true;
    if (!isInner && partOf(name) !== undefined && (await hasImages(inner, true))) return true;
  }
  return false;
}

async function readImageFolder(
  place: Place,
  { resize, greyscale = false }: ReadOptions,
  watch: Watch,
): Promise<Dataset> {
  if (place.kind !== "folder") throw dataError(`${place.path} is not a folder.`);
  const { classNames, ...parts } = await imageFiles(place);
  const all = [parts.train, parts.validation, parts.test].flatMap((files) => files ?? []);
  const headers = new Map<string, ImageHeader>();
  const counted = (unit: "headers" | "images") => {
    let done = 0;
    return () => watch.report({ path: place.path, unit, done: ++done, total: all.length });
  };
  const headerRead = counted("headers");
  await runInParallel(all, IMAGES_AT_ONCE, async ({ path }) => {
    headers.set(path, await readImageHeader(path));
    headerRead();
  });
  const size = resize === undefined ? commonSize(place.path, all, headers) : sizeOf(resize);
  const isGrey = greyscale || [...headers.values()].every((header) => header.isGrey);
  const channels = isGrey ? 1 : 3;
  const shape = { ...size, channels } as const;

  const imageRead = counted("images");
  const read = async (files: readonly ImageFile[]): Promise<HeldOutSet> => {
    const length = size.height * size.width * channels;
    checkImageBytes(place.path, files.length, shape);
    const images = new Uint8Array(files.length * length);
    await runInParallel(files.entries(), IMAGES_AT_ONCE, async ([index, { path }]) => {
      const pixels = await readImage(
        path,
        headers.get(path)!,
        channels,
        resize === undefined ? undefined : size,
      );
      if (pixels.length !== length) throw dataError(`${path} changed while it was read.`);
      images.set(pixels, index * length);
      imageRead();
    });
    return { count: files.length, images, labels: narrowLabels(files.map(({ label }) => label)) };
  };
  return {
    name: place.path,
    ...shape,
    classes: classNames.length,
    classNames,
    ...(await read(parts.train)),
    ...(parts.validation && { validation: await read(parts.validation) }),
    ...(parts.test && { test: await read(parts.test) }),
  };
}

/** The size of all images. @throws OptimbenchError (DATA) that lists the sizes, if they differ or are too large */
function commonSize(folder: string, files: readonly ImageFile[], headers: ReadonlyMap<string, ImageHeader>) {
  const bySize = new Map<string, { readonly size: ImageHeader; readonly paths: string[] }>();
  for (const { path } of files) {
    const size = headers.get(path)!;
    const key = `${size.height} x ${size.width}`;
    const same = bySize.get(key) ?? { size, paths: [] };
    bySize.set(key, same);
    same.paths.push(path);
  }
  const sizes = [...bySize].sort(([, a], [, b]) => b.paths.length - a.paths.length);
  const { height, width } = sizes[0]![1].size;
  if (sizes.length === 1) {
    if (height <= LARGEST_IMAGE.side && width <= LARGEST_IMAGE.side) return { height, width };
    throw dataError(
      `The images of ${folder} are ${height} x ${width} pixels; at most ${LARGEST_IMAGE.side} per side are supported. Resize them with \`resize\` (--resize 64).`,
    );
  }
  const shown = sizes
    .slice(0, 5)
    .map(([text, { paths }]) => `${text} (${countText(paths.length, "file")}, such as ${paths[0]})`);
  const more = sizes.length - shown.length;
  throw dataError(
    `The images of ${folder} differ in size, as height x width: ${shown.join("; ")}${more > 0 ? `; and ${countText(more, "more size")}` : ""}. ` +
      `Resize them with \`resize\` (--resize ${Math.min(height, width, LARGEST_IMAGE.side)}), or remove those that do not belong.`,
  );
}
