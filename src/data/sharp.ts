import { dataError, reasonOf } from "../errors.js";
import { requireFromPackage } from "../system/package-root.js";

/** The image library. It is an optional peer dependency, and loads when images are first decoded or resized. */
export function loadSharp(): typeof import("sharp").default {
  try {
    return requireFromPackage("sharp");
  } catch (cause) {
    throw dataError(
      'Decoding and resizing images needs the package "sharp", which cannot be loaded ' +
        `(${reasonOf(cause).split("\n", 1)[0]!.trim().replace(/\.$/, "")}). Install it with "npm install sharp".`,
      cause,
    );
  }
}
