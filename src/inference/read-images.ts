import { open } from "node:fs/promises";
import type { DatasetRecord } from "../data/dataset-record.js";
import { type ImageShape, shapeText } from "../data/image-shape.js";
import { MNIST_SIDE, mnistDigit, pictureSize } from "../data/mnist-digit.js";
import { prepare } from "../data/prepare.js";
import { arePixels, findScaling, scaledBytes } from "../data/scaling.js";
import { readIdxImages } from "../data/sources/idx-folder.js";
import { readImage, readImageHeader } from "../data/sources/image-file.js";
import { readNpy } from "../data/sources/npy-archive.js";
import { imagesOf } from "../data/sources/npy-arrays.js";
import { UNWATCHED } from "../data/watch.js";
import { configError, dataError, OptimbenchError, reasonOf } from "../errors.js";
import { fileProblem, isFileProblem } from "../system/file-problem.js";
import { rangeText } from "./range-text.js";
import { shapeAdvice } from "./shape-advice.js";

/** How images become those that a model takes. */
export interface Conversion {
  readonly preprocess?: "mnist" | undefined;
  readonly resize?: boolean | undefined;
  readonly greyscale?: boolean | undefined;
}

/** The images of a file, as bytes of the shape that the model takes. */
export interface ReadImages {
  readonly images: Uint8Array;
  /** Whether the file is one image, and not an array of them. */
  readonly isSingle: boolean;
}

/** Whether a file has an array of images, which is read as a whole: IDX, gzipped or not, or npy. */
export async function isArray(file: string): Promise<boolean> {
  const start = await startOf(file);
  return isNpy(start) || isIdx(start);
}

const isNpy = (start: string) => start === "\x93NUMPY";
const isIdx = (start: string) => start.startsWith("\0\0") || start.startsWith("\x1f\x8b");

/** The first bytes of a file, as Latin-1 text. */
async function startOf(file: string): Promise<string> {
  try {
    const handle = await open(file);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(6), 0, 6, 0);
      return buffer.toString("latin1", 0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw dataError(
      `Cannot read ${file}: ${isFileProblem(cause) ? fileProblem(cause) : reasonOf(cause)}.`,
      cause,
    );
  }
}

/** @throws OptimbenchError (CONFIG) if the model does not take what the conversion makes */
export function checkConversion(model: DatasetRecord, { preprocess }: Conversion): void {
  const digit = { height: MNIST_SIDE, width: MNIST_SIDE, channels: 1 };
  if (preprocess === undefined || shapeText(model) === shapeText(digit)) return;
  throw configError(
    `\`preprocess\` (--preprocess) makes images of ${shapeText(digit)}, but the model takes ${shapeText(model)}.`,
    "preprocess",
  );
}

/**
 * Reads the image of a PNG, JPEG or WebP file.
 *
 * @throws OptimbenchError (DATA) if it is damaged, or does not have the size that the model takes
 */
export async function readPicture(
  file: string,
  model: DatasetRecord,
  { preprocess, resize, greyscale }: Conversion,
): Promise<Uint8Array> {
  const header = await readImageHeader(file);
  requirePixels(file, model);
  if (preprocess) {
    const size = pictureSize(header);
    return digitOf(file, await readImage(file, header, 1, size), size);
  }
  const channels = header.isGrey || greyscale ? 1 : 3;
  const { height, width } = resize ? model : header;
  const isSmaller = channels === 1 && model.channels === 3; // grey can become colour
  check(file, { height, width, channels: isSmaller ? 3 : channels }, model);
  return readImage(file, header, model.channels as 1 | 3, resize ? { height, width } : undefined);
}

/**
 * Reads the images of an IDX or .npy file.
 *
 * @throws OptimbenchError (DATA) if it is damaged, or its images do not have the size that the model takes
 */
export async function readArray(
  file: string,
  model: DatasetRecord,
  { preprocess, resize, greyscale = false }: Conversion,
  signal?: AbortSignal,
): Promise<ReadImages> {
  const { isSingle, ...found } = isNpy(await startOf(file))
    ? await npyImages(file, model)
    : { ...(await idxImages(file, model)), isSingle: false };
  const { height, width } = model;
  const read = await prepare(
    { ...found, name: file, classes: 2, labels: new Uint8Array(0) },
    {
      greyscale: (greyscale || preprocess !== undefined) && found.channels === 3,
      ...(resize && { resize: { height, width } }),
    },
  );
  if (preprocess === undefined) {
    check(file, read, model);
    return { images: read.images, isSingle };
  }
  if (read.channels !== 1) throw wrongShape(file, read, model);
  const images = new Uint8Array(read.count * MNIST_SIDE ** 2);
  const pixels = read.height * read.width;
  for (let i = 0; i < read.count; i++) {
    if (signal?.aborted) throw new OptimbenchError("ABORTED", "The prediction was stopped.");
    const where = isSingle ? file : `image ${i} of ${file}`;
    const picture = read.images.subarray(i * pixels, (i + 1) * pixels);
    images.set(await digitOf(where, picture, read), i * MNIST_SIDE ** 2);
  }
  return { images, isSingle };
}

async function idxImages(file: string, model: DatasetRecord) {
  const images = await readIdxImages(file);
  requirePixels(file, model);
  return images;
}

/** Pixels mean nothing to a model of other values, such as standardised ones. */
function requirePixels(file: string, model: DatasetRecord): void {
  if (arePixels(model.scaling)) return;
  throw dataError(
    `${file} has pixels of 0 to 255, but the model was trained on ${rangeText(model)}. Scale them as the training images, and give them as floats in a .npy file.`,
  );
}

async function npyImages(file: string, model: DatasetRecord) {
  const array = await readNpy(file, UNWATCHED);
  const { height, width, channels } = model;
  const single = [
    [height, width],
    [height, width, channels],
    [channels, height, width],
  ];
  const isSingle = single.some((shape) => shape.join() === array.shape.join());
  const shape = isSingle ? [1, ...array.shape] : array.shape;
  const { values, ...found } = await imagesOf({ where: file, array: { ...array, shape } });
  return { ...found, isSingle, images: await bytesOf(file, values, model) };
}

/** Floats become bytes as those of the training images did. */
async function bytesOf(
  file: string,
  values: Uint8Array | Float32Array,
  model: DatasetRecord,
): Promise<Uint8Array> {
  const { scaling } = model;
  if (values instanceof Uint8Array) {
    requirePixels(file, model);
    return values;
  }
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0)
    throw dataError(`${file} has the value ${values[wrong]} at index ${wrong}. Expected finite numbers.`);
  if (!arePixels(scaling)) return scaledBytes(values, scaling!);
  const range = await findScaling([values]);
  if ("minimum" in range && arePixels(range)) return scaledBytes(values, range);
  throw dataError(
    `${file} has values that are neither from 0 to 1 nor whole numbers from 0 to 255, as the pixels that the model was trained on are. Scale them.`,
  );
}

async function digitOf(
  where: string,
  grey: Uint8Array,
  size: { readonly height: number; readonly width: number },
): Promise<Uint8Array> {
  const digit = await mnistDigit(grey, size);
  if (digit !== undefined) return digit;
  throw dataError(`No ink was found in ${where}: nothing in it differs enough from its border.`);
}

function check(file: string, got: ImageShape, model: DatasetRecord): void {
  if (shapeText(got) !== shapeText(model)) throw wrongShape(file, got, model);
}

function wrongShape(file: string, got: ImageShape, model: DatasetRecord): OptimbenchError {
  const isDigit = model.height === MNIST_SIDE && model.width === MNIST_SIDE && model.channels === 1;
  return dataError(
    `${file} has ${shapeText(got)} pixels, but the model takes ${shapeText(model)}.${shapeAdvice(got, model)}` +
      (isDigit ? " If it is a picture of a digit, use `preprocess` (--preprocess mnist)." : ""),
  );
}
