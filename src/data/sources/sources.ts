import { cifar10 } from "./cifar-10.js";
import { csv } from "./csv.js";
import { idxFolder } from "./idx-folder.js";
import { imageFolder } from "./image-folder.js";
import { npy } from "./npy.js";
import type { Place, Source } from "./source.js";

/** The formats that are recognised by path. The first that accepts a path reads it. */
export const SOURCES: readonly Source[] = [idxFolder, cifar10, csv, npy, imageFolder];

export async function sourceOf(place: Place): Promise<Source | undefined> {
  for (const source of SOURCES) if (await source.recognises(place)) return source;
  return undefined;
}
