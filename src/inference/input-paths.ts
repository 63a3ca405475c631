import { realpath } from "node:fs/promises";
import { join } from "node:path";
import { isImage, isOtherImage, visible } from "../data/sources/image-files.js";
import { placeAt } from "../data/sources/place.js";
import { dataError, OptimbenchError } from "../errors.js";

/** A file to predict, or a path without one. */
export type InputPath =
  | { readonly file: string }
  | { readonly file: string; readonly error: OptimbenchError };

/**
 * Lists files, and the images in folders and their folders, in the order of their names. Hidden files are ignored, and in a folder
 * also those that are no images.
 */
export async function* inputPaths(paths: readonly string[]): AsyncGenerator<InputPath> {
  for (const path of paths) yield* at(path, new Set());
}

/** @param around the folders that the path lies in, so that links to them end */
async function* at(path: string, around: ReadonlySet<string>): AsyncGenerator<InputPath> {
  try {
    const place = await placeAt(path);
    if (place === undefined) throw dataError(`Cannot read ${path}: no such file or folder.`);
    if (place.kind === "file") return yield { file: path };
    const real = await realpath(path);
    if (around.has(real)) return;
    const images = place.files.filter((name) => isImage(name) || isOtherImage(name));
    const folders = visible(place.folders);
    if (around.size === 0 && images.length === 0 && folders.length === 0)
      throw dataError(`The folder ${path} has no PNG, JPEG or WebP images.`);
    for (const name of images) yield { file: join(path, name) };
    for (const name of place.brokenLinks.filter(isImage))
      yield {
        file: join(path, name),
        error: dataError(`The target of the link ${join(path, name)} does not exist.`),
      };
    for (const name of folders) yield* at(join(path, name), new Set([...around, real]));
  } catch (error) {
    if (!(error instanceof OptimbenchError)) throw error;
    yield { file: path, error };
  }
}
