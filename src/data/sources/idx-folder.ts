import { readdirSync } from "node:fs";
import { join } from "node:path";
import { dataError, OptimbenchError } from "../../errors.js";
import { fileProblem } from "../../system/file-problem.js";
import { classesOf, type Dataset, LARGEST_IMAGE } from "../dataset.js";
import { readIdx } from "./idx.js";
import type { Source } from "./source.js";

/** The files of a dataset in IDX format. The two of t10k, the test images, are optional. */
export const IDX_PARTS = ["train-images", "train-labels", "t10k-images", "t10k-labels"] as const;
export type IdxPart = (typeof IDX_PARTS)[number];

/** The published name ("train-images-idx3-ubyte") or that of some archives ("train-images.idx3-ubyte"), gzipped or not. */
const FILE_NAME = /^((?:train|t10k)-(?:images|labels))[-.]idx\d-ubyte(\.gz)?$/;

export const idxFolder: Source = {
  what: "a folder of IDX files",
  recognises: (place) => place.kind === "folder" && place.files.some((name) => FILE_NAME.test(name)),
  read: ({ path }) => loadIdxFolder(path),
};

/** The paths of a folder's IDX files. If a file exists in both forms, the one that is not gzipped. */
export function idxFiles(folder: string): Partial<Record<IdxPart, string>> {
  const files: Partial<Record<IdxPart, string>> = {};
  // In sorted order, a gzipped file follows its plain counterpart.
  for (const name of readdirSync(folder).sort()) {
    const part = FILE_NAME.exec(name)?.[1] as IdxPart | undefined;
    if (part !== undefined) files[part] ??= join(folder, name);
  }
  return files;
}

/**
 * Reads a folder of IDX files: train-images, train-labels and, if present, t10k-images and t10k-labels. Images have 3
 * dimensions (count, height, width) or 4 (and channels). The labels determine the number of classes.
 *
 * @throws OptimbenchError (DATA) that names the file that is missing or does not match
 */
export async function loadIdxFolder(folder: string, name = folder): Promise<Dataset> {
  const files = listFiles(folder);
  const train = await readPair(folder, files, "train");
  const { count, height, width, channels, images, labels } = train;
  const dataset = { name, count, height, width, channels, images, labels };
  if (files["t10k-images"] === undefined && files["t10k-labels"] === undefined)
    return { ...dataset, classes: classesOf(labels) };

  const test = await readPair(folder, files, "t10k");
  if (test.height !== height || test.width !== width || test.channels !== channels)
    throw dataError(
      `${files["t10k-images"]} has images of ${shapeText(test)}, but ${files["train-images"]} has images of ${shapeText(train)}.`,
    );
  return {
    ...dataset,
    classes: classesOf(labels, test.labels),
    test: { count: test.count, images: test.images, labels: test.labels },
  };
}

function listFiles(folder: string) {
  try {
    return idxFiles(folder);
  } catch (error) {
    throw new OptimbenchError("DATA", `Cannot read the folder ${folder}: ${fileProblem(error)}.`, {
      cause: error,
    });
  }
}

async function readPair(folder: string, files: Partial<Record<IdxPart, string>>, set: "train" | "t10k") {
  const pathOf = (what: "images" | "labels") => {
    const path = files[`${set}-${what}`];
    if (path !== undefined) return path;
    const name = `${set}-${what}-idx${what === "images" ? 3 : 1}-ubyte`;
    throw dataError(`The folder ${folder} has no file of ${what} named ${name} or ${name}.gz.`);
  };
  const [imagesFile, labelsFile] = [pathOf("images"), pathOf("labels")];
  const images = await readIdx(imagesFile, checkImages);
  const [count, height, width, channels = 1] = images.dimensions as [number, number, number, number?];
  const labels = await readIdx(labelsFile, (dimensions) => checkLabels(dimensions, count, imagesFile));
  return { count, height, width, channels, images: images.data, labels: labels.data };
}

function checkImages(dimensions: readonly number[]): void {
  if (dimensions.length < 3)
    throw new Error(
      `expected images (3 or 4 dimensions), but it has ${dimensions.length}, like a file of labels.`,
    );
  const [, height, width, channels = 1] = dimensions as [number, number, number, number?];
  const { side, channels: mostChannels } = LARGEST_IMAGE;
  if (height > side || width > side || channels > mostChannels)
    throw new Error(
      `images of ${shapeText({ height, width, channels })} are larger than ${side} x ${side} x ${mostChannels}.`,
    );
}

function checkLabels(dimensions: readonly number[], count: number, imagesFile: string): void {
  if (dimensions.length !== 1)
    throw new Error(`expected labels (1 dimension), but it has ${dimensions.length}, like a file of images.`);
  if (dimensions[0] !== count)
    throw new Error(`it has ${dimensions[0]} labels, but ${imagesFile} has ${count} images.`);
}

const shapeText = (image: { height: number; width: number; channels: number }) =>
  `${image.height} x ${image.width} x ${image.channels}`;
