import { statSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { configError, OptimbenchError, withPath } from "../errors.js";
import { callbackSchema, signalSchema } from "../validation/callbacks.js";
import { didYouMean } from "../validation/nearest.js";
import { parse } from "../validation/parse.js";
import { pathSchema } from "../validation/path-schema.js";
import { isKept, keepWhole } from "../validation/plain-data.js";
import type { Dataset } from "./dataset.js";
import { type DownloadProgress, downloadMnist } from "./download.js";
import { loadIdxFolder } from "./idx-folder.js";
import { type DatasetInMemory, inMemoryDataset } from "./in-memory.js";
import { findMnist, loadMnist, mnistCacheFolder, mnistFolders } from "./mnist.js";
import { loadMnist10k } from "./mnist-10k.js";

export type { DatasetInMemory };

/** The named datasets. */
export const DATASET_NAMES = ["mnist", "mnist-10k"] as const;

/** Where to find "mnist", and whether to download it. */
export interface LoadOptions {
  /** Folder with the four files of MNIST. Default: `OPTIMBENCH_DATA`, then the per-user cache. */
  readonly dataDir?: string | undefined;
  /** Whether to download "mnist" into `dataDir` or the per-user cache if it is not found. Default: false. */
  readonly download?: boolean | undefined;
  /** URLs of folders to download from, in order of preference. Default: two public mirrors. */
  readonly mirrors?: readonly string[] | undefined;
  /** Called as data arrives. */
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  /** Ends the download. `loadDataset` then rejects with code ABORTED. */
  readonly signal?: AbortSignal | undefined;
}

const optionsSchema = z.strictObject({
  dataDir: pathSchema.optional(),
  download: z.boolean().optional(),
  mirrors: z.array(z.url()).max(100).optional(),
  onProgress: callbackSchema<(progress: DownloadProgress) => void>().optional(),
  signal: signalSchema.optional(),
});

/**
 * Loads a dataset.
 *
 * @param source "mnist", "mnist-10k" (10,000 of its images, always available), the path of a folder of IDX files, arrays in
 *   memory, or a dataset loaded earlier, which is returned unchanged. Default: "mnist" if it is on the disk, otherwise
 *   "mnist-10k"; the dataset's `name` says which.
 * @throws OptimbenchError by rejection: CONFIG for an unknown name or arrays that do not match, DATA for files that are
 *   missing, damaged or not the published ones, FILE if a download cannot be written, ABORTED when `signal` fires
 */
export async function loadDataset(
  source?: string | DatasetInMemory | Dataset,
  options: LoadOptions = {},
): Promise<Dataset> {
  return load(source, parse(optionsSchema, options, "options"));
}

async function load(
  source: string | DatasetInMemory | Dataset | undefined,
  options: LoadOptions,
  where?: string,
): Promise<Dataset> {
  if (isKept(source)) return undamaged(source as Dataset);
  return keepWhole(Object.freeze(await read(source ?? defaultName(options.dataDir), options, where)));
}

/**
 * Loads the dataset of a run's or a study's config. Error messages contain paths in that config.
 *
 * @throws as `loadDataset`
 */
export const datasetOf = ({ dataset, dataDir }: DatasetChoice): Promise<Dataset> =>
  load(dataset, { dataDir }, "dataset").catch((error) => {
    throw withPath(error, "dataset");
  });

interface DatasetChoice {
  readonly dataset?: string | DatasetInMemory | Dataset | undefined;
  readonly dataDir?: string | undefined;
}

/** Returns a dataset loaded earlier. @throws OptimbenchError (CONFIG) if the memory of its images was transferred since */
function undamaged(dataset: Dataset): Dataset {
  const { name, test } = dataset;
  const sets = [dataset, ...(test ? [test] : [])];
  const isWhole = ({ images, labels, targets, count }: typeof dataset | NonNullable<typeof test>) =>
    images.length > 0 && labels.length === count && targets?.length !== 0;
  if (sets.every(isWhole)) return dataset;
  throw new OptimbenchError(
    "DATA",
    `The arrays of the dataset "${name}" were transferred to another thread after it was loaded. Transfer copies, or load it again.`,
  );
}

/** If `dataDir` is given, MNIST must be there: a folder without it is an error. */
const defaultName = (dataDir?: string) =>
  dataDir !== undefined || findMnist() !== undefined ? "mnist" : "mnist-10k";

function read(
  source: string | DatasetInMemory,
  options: LoadOptions,
  where?: string,
): Dataset | Promise<Dataset> {
  if (typeof source !== "string") return inMemoryDataset(source, where);
  parse(pathSchema, source, "dataset");
  if (source === "mnist") return findOrFetchMnist(options);
  if (source === "mnist-10k") return loadMnist10k();
  const kind = kindOf(source);
  if (kind === "folder") return loadIdxFolder(source);
  if (kind === "file")
    throw configError(
      `The dataset "${source}" is a file. Name the folder with its IDX files: "${dirname(source)}".`,
    );
  throw configError(
    `There is no dataset or folder "${source}".${didYouMean(source, DATASET_NAMES)} ` +
      `Expected ${DATASET_NAMES.map((name) => `"${name}"`).join(", ")} or a folder of IDX files.`,
  );
}

function kindOf(path: string): "folder" | "file" | undefined {
  try {
    return statSync(path).isDirectory() ? "folder" : "file";
  } catch {
    return undefined;
  }
}

async function findOrFetchMnist({ dataDir, download, ...rest }: LoadOptions): Promise<Dataset> {
  const found = findMnist(dataDir);
  if (found !== undefined) return loadMnist(found);
  if (!download)
    throw new OptimbenchError(
      "DATA",
      `The dataset "mnist" was not found: looked for its four files in ${mnistFolders(dataDir).join(" and ")}. ` +
        'Fetch it with "optimbench data fetch mnist", set OPTIMBENCH_DATA to a folder that contains it, ' +
        'or use "mnist-10k", a subset of 10,000 digits that needs no download.',
    );
  const folder = dataDir ?? mnistCacheFolder();
  await downloadMnist(folder, rest);
  return loadMnist(folder);
}
