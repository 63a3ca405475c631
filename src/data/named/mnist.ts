import { createHash } from "node:crypto";
import { join } from "node:path";
import { OptimbenchError } from "../../errors.js";
import { cacheFolder } from "../../system/cache-folder.js";
import type { Dataset } from "../dataset.js";
import { type IdxArray, idxHeader } from "../sources/idx.js";
import { IDX_PARTS, type IdxPart, idxFiles, loadIdxFolder } from "../sources/idx-folder.js";

/**
 * MNIST (Y. LeCun, C. Cortes, C. J. C. Burges): 60,000 handwritten digits to train on and 10,000 to test, 28 x 28.
 * The published names of its four files, and the SHA-256 of each decompressed file.
 */
export const MNIST_FILES: Readonly<Record<IdxPart, { readonly name: string; readonly sha256: string }>> = {
  "train-images": {
    name: "train-images-idx3-ubyte",
    sha256: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
  },
  "train-labels": {
    name: "train-labels-idx1-ubyte",
    sha256: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
  },
  "t10k-images": {
    name: "t10k-images-idx3-ubyte",
    sha256: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
  },
  "t10k-labels": {
    name: "t10k-labels-idx1-ubyte",
    sha256: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
  },
};

/** The default folder for downloads of the four files. */
export const mnistCacheFolder = (): string => join(cacheFolder(), "data", "mnist");

/** The folders to search for MNIST: the given one only, or `OPTIMBENCH_DATA` (if set) and the per-user cache. */
export function mnistFolders(dataDir?: string): string[] {
  if (dataDir !== undefined) return [dataDir];
  const { OPTIMBENCH_DATA } = process.env;
  return [...(OPTIMBENCH_DATA ? [OPTIMBENCH_DATA] : []), mnistCacheFolder()];
}

/** The first of these folders with files of all four names. `loadMnist` checks their content. */
export const findMnist = (dataDir?: string): string | undefined =>
  mnistFolders(dataDir).find((folder) => missingFiles(folder).length === 0);

/** The published names of the files that `folder` lacks. */
function missingFiles(folder: string): string[] {
  let files: Partial<Record<IdxPart, string>> = {};
  try {
    files = idxFiles(folder);
  } catch {} // without the folder, all are missing
  return IDX_PARTS.filter((part) => files[part] === undefined).map((part) => MNIST_FILES[part].name);
}

/**
 * Reads MNIST from a folder with its four files, gzipped or not.
 *
 * @throws OptimbenchError (DATA) if a file is missing, damaged, or not the published one
 */
export async function loadMnist(folder: string): Promise<Dataset> {
  const missing = missingFiles(folder);
  if (missing.length > 0)
    throw new OptimbenchError("DATA", `The folder ${folder} is not MNIST: missing ${missing.join(", ")}.`);
  const dataset = await loadIdxFolder(folder, "mnist");
  const files = idxFiles(folder);
  const test = dataset.test!;
  const { height, width } = dataset;
  checkMnist("train-images", files, { dimensions: [dataset.count, height, width], data: dataset.images });
  checkMnist("train-labels", files, { dimensions: [dataset.count], data: dataset.labels });
  checkMnist("t10k-images", files, { dimensions: [test.count, height, width], data: test.images });
  checkMnist("t10k-labels", files, { dimensions: [test.count], data: test.labels });
  return dataset;
}

/** @throws OptimbenchError (DATA) unless `array` equals that file of MNIST, byte for byte */
export function checkMnist(part: IdxPart, files: Partial<Record<IdxPart, string>>, array: IdxArray): void {
  const sha256 = createHash("sha256").update(idxHeader(array.dimensions)).update(array.data).digest("hex");
  if (sha256 === MNIST_FILES[part].sha256) return;
  throw new OptimbenchError(
    "DATA",
    `${files[part]} is not MNIST's ${MNIST_FILES[part].name}: the SHA-256 of its content is ${sha256}, ` +
      `expected ${MNIST_FILES[part].sha256}. Delete it and fetch it again, or load its folder by path as a custom dataset.`,
  );
}
