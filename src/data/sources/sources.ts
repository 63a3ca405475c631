import { idxFolder } from "./idx-folder.js";
import type { Place, Source } from "./source.js";

/** The formats that are recognised by path. The first that accepts a path reads it. */
export const SOURCES: readonly Source[] = [idxFolder];

export const sourceOf = (place: Place): Source | undefined =>
  SOURCES.find((source) => source.recognises(place));
