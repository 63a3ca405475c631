import { readFile, stat } from "node:fs/promises";
import pLimit from "p-limit";
import type { Sharp } from "sharp";
import { dataError, reasonOf } from "../../errors.js";
import { fileProblem, isFileProblem } from "../../system/file-problem.js";
import { integerText } from "../../validation/count-text.js";
import { greyPixels } from "../greyscale.js";
import { resized } from "../resize.js";
import { loadSharp } from "../sharp.js";

/** What the header of an image says. */
export interface ImageHeader {
  readonly height: number;
  readonly width: number;
  readonly isGrey: boolean;
}

const LARGEST_FILE = 2 ** 28;
/** An image may have some 9 bytes per pixel while it is decoded, if it cannot be decoded row by row. */
const MOST_PIXELS = 1e8;
/** Images of more pixels are decoded one at a time, so that the memory stays below 2 GB. */
const LARGE_PIXELS = 2 ** 24;
const oneLarge = pLimit(1);

/** The formats, and the bytes that their files begin with, as Latin-1 text. */
const BEGINNINGS: Readonly<Record<string, (start: string) => boolean>> = {
  PNG: (start) => start.startsWith("\x89PNG\r\n\x1a\n"),
  JPEG: (start) => start.startsWith("\xff\xd8\xff"),
  WebP: (start) => start.startsWith("RIFF") && start.slice(8, 12) === "WEBP",
};

/** @throws OptimbenchError (DATA) if the file is not an image, or cannot be read */
export function readImageHeader(file: string): Promise<ImageHeader> {
  return ofImage(file, async (image) => {
    const { autoOrient, space } = await image.metadata();
    return { ...autoOrient, isGrey: space === "b-w" || space === "grey16" };
  });
}

/**
 * Decodes an image, upright as its metadata says, on white where it is transparent.
 *
 * @param size the size to give it; undefined to keep its own
 * @returns height x width x channels bytes
 * @throws OptimbenchError (DATA) if the file is damaged
 */
export function readImage(
  file: string,
  { isGrey, height, width }: ImageHeader,
  channels: 1 | 3,
  size: { readonly height: number; readonly width: number } | undefined,
): Promise<Uint8Array> {
  const decode = async (image: Sharp) => {
    const upright = image.autoOrient().flatten({ background: "white" });
    const sized = size === undefined ? upright : resized(upright, size);
    const space = isGrey && channels === 1 ? "b-w" : "srgb";
    const pixels = await sized.toColourspace(space).raw({ depth: "uchar" }).toBuffer();
    return space === "srgb" && channels === 1 ? greyPixels(pixels) : pixels;
  };
  if (height * width <= LARGE_PIXELS) return ofImage(file, decode);
  return oneLarge(() => ofImage(file, decode).finally(emptyCache));
}

/** libvips keeps what decoded the last images, which it does not count as memory. Its limits stay. */
function emptyCache(): void {
  const sharp = loadSharp();
  const { memory, files, items } = sharp.cache();
  sharp.cache(false);
  sharp.cache({ memory: memory.max, files: files.max, items: items.max });
}

async function ofImage<Result>(file: string, read: (image: Sharp) => Promise<Result>): Promise<Result> {
  const sharp = loadSharp();
  try {
    const { size } = await stat(file);
    if (size === 0) throw new Error("it is empty");
    if (size > LARGEST_FILE) throw new Error(`it has ${size} bytes; at most ${LARGEST_FILE} are read`);
    const bytes = await readFile(file);
    const start = bytes.toString("latin1", 0, 16);
    // sharp would also open other formats, such as SVG, which can refer to other files.
    if (!Object.values(BEGINNINGS).some((matches) => matches(start)))
      throw new Error(
        `its content is not ${Object.keys(BEGINNINGS)
          .join(", ")
          .replace(/, ([^,]*)$/, " or $1")}`,
      );
    return await read(sharp(bytes, { limitInputPixels: MOST_PIXELS, autoOrient: false })).catch((cause) => {
      // What sharp says about a damaged file varies from run to run.
      const isTooLarge = /pixel limit/.test(reasonOf(cause));
      throw new Error(
        isTooLarge
          ? `it has more than ${integerText(MOST_PIXELS)} pixels. Make it smaller`
          : "it is damaged or incomplete",
        { cause },
      );
    });
  } catch (cause) {
    const reason = isFileProblem(cause) ? fileProblem(cause) : reasonOf(cause).split("\n", 1)[0]!;
    throw dataError(`Cannot read ${file}: ${reason.replace(/\.$/, "")}.`, cause);
  }
}
