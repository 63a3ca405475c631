import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { dataError } from "../../errors.js";
import { fileProblem } from "../../system/file-problem.js";
import { classesOf, type Dataset, type HeldOutSet, LARGEST_IMAGE } from "../dataset.js";
import { shapeText } from "../image-shape.js";
import { UNWATCHED, type Watch } from "../watch.js";
import { readIdx } from "./idx.js";
import type { Source } from "./source.js";

/**
 * The published name, "train-images-idx3-ubyte", with a prefix or without ("emnist-letters-"), with dots in place of hyphens or
 * not ("train-images.idx3-ubyte"), gzipped or not.
 */
const FILE_NAME =
  /^(.*[-_.])?(train|t10k|test|val|validation)[-_.](images|labels)[-_.]idx\d[-_.]ubyte(?:\.gz)?$/i;

export const idxFolder: Source = {
  what: "a folder of IDX files",
  recognises: (place) =>
    place.kind === "file"
      ? FILE_NAME.test(basename(place.path))
      : place.files.some((name) => FILE_NAME.test(name)),
  read: ({ kind, path }, _, watch) =>
    kind === "folder"
      ? loadIdxFolder(path, {}, watch)
      : loadIdxFolder(dirname(path), { name: path, prefix: prefixOf(basename(path)) }, watch),
};

const prefixOf = (name: string) => FILE_NAME.exec(name)?.[1] ?? "";

type Part = "train" | "validation" | "test";
type Files = Partial<Record<"images" | "labels", string>> & {
  /** What the names call the part. */
  readonly word: string;
};

/** Which files to read, and what to call the dataset. */
interface Choice {
  readonly name?: string;
  /** What the files' names begin with. Default: what all of them begin with. */
  readonly prefix?: string;
}

/**
 * Reads a folder of IDX files: images and labels to train with and, if present, to validate and to test with. Images have 3
 * dimensions (count, height, width) or 4 (and channels). The labels determine the number of classes.
 *
 * @throws OptimbenchError (DATA) that names the file that is missing or does not match
 */
export async function loadIdxFolder(
  folder: string,
  { name = folder, prefix }: Choice = {},
  watch = UNWATCHED,
): Promise<Dataset> {
  const { parts, prefix: common } = await idxFiles(folder, prefix);
  const read = (part: Part) => readPair(folder, common, part, parts[part], watch);
  const train = await read("train");
  const heldOut: Partial<Record<"validation" | "test", HeldOutSet>> = {};
  for (const part of ["validation", "test"] as const) {
    if (parts[part] === undefined) continue;
    const { count, images, labels, ...shape } = await read(part);
    if (shapeText(shape) !== shapeText(train))
      throw dataError(
        `${parts[part].images} has images of ${shapeText(shape)}, but ${parts.train!.images} has images of ${shapeText(train)}.`,
      );
    heldOut[part] = { count, images, labels };
  }
  const labels = [train, ...Object.values(heldOut)].map((set) => set.labels);
  return { name, ...train, classes: classesOf(...labels), ...heldOut };
}

/** The files of each part. If a file exists in both forms, the one that is not gzipped. */
async function idxFiles(folder: string, prefix: string | undefined) {
  const names = await readdir(folder).catch((cause) => {
    throw dataError(`Cannot read the folder ${folder}: ${fileProblem(cause)}.`, cause);
  });
  const known = names.filter((name) => FILE_NAME.test(name)).sort();
  const prefixes = [...new Set(known.map(prefixOf))];
  if (prefix === undefined && prefixes.length > 1)
    throw dataError(
      `The folder ${folder} has several datasets: ${prefixes.map((each) => `${each}...`).join(", ")}. ` +
        `Name a file of one of them, such as ${join(folder, known[0]!)}.`,
    );
  const common = prefix ?? prefixes[0] ?? "";
  const parts: Partial<Record<Part, Files>> = {};
  // In sorted order, a gzipped file follows its plain counterpart.
  for (const name of known.filter((each) => prefixOf(each) === common)) {
    const [, , word, what] = FILE_NAME.exec(name)!.map((text) => text?.toLowerCase()) as [
      string,
      string,
      string,
      "images" | "labels",
    ];
    const part = word === "train" ? "train" : word.startsWith("val") ? "validation" : "test";
    const files = parts[part] ?? { word };
    parts[part] = { ...files, [what]: files[what] ?? join(folder, name) };
  }
  return { parts, prefix: common };
}

/** Reads a file of images. @throws OptimbenchError (DATA) with the file's name and the reason */
export async function readIdxImages(file: string, watch = UNWATCHED) {
  const { dimensions, data } = await readIdx(file, checkImages, watch);
  const [count, height, width, channels = 1] = dimensions as [number, number, number, number?];
  return { count, height, width, channels, images: data };
}

async function readPair(
  folder: string,
  prefix: string,
  part: Part,
  files: Files = { word: part },
  watch: Watch,
) {
  const pathOf = (what: "images" | "labels") => {
    const path = files[what];
    if (path !== undefined) return path;
    const name = `${prefix}${files.word}-${what}-idx${what === "images" ? 3 : 1}-ubyte`;
    throw dataError(`The folder ${folder} has no file of ${what} named ${name} or ${name}.gz.`);
  };
  const [imagesFile, labelsFile] = [pathOf("images"), pathOf("labels")];
  const images = await readIdxImages(imagesFile, watch);
  const check = (dimensions: readonly number[]) => checkLabels(dimensions, images.count, imagesFile);
  const labels = await readIdx(labelsFile, check, watch);
  return { ...images, labels: labels.data };
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
