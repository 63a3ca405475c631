import { OptimbenchError } from "../../errors.js";
import type { Dataset } from "../dataset.js";
import type { LoadOptions } from "../load-options.js";
import { EMBEDDED_NAMES, type EmbeddedName, loadEmbedded } from "./embedded.js";
import { fetchPublished } from "./fetch-published.js";
import { findPublished, publishedCacheFolder, publishedFolders } from "./find-published.js";
import { loadPublished } from "./load-published.js";
import { PUBLISHED, type Published, type PublishedName } from "./published.js";

/** The datasets that are found on the disk or downloaded on request. */
export const PUBLISHED_NAMES = Object.keys(PUBLISHED) as readonly PublishedName[];

/** The name of a dataset. */
export type DatasetName = PublishedName | EmbeddedName;

/** The named datasets. */
export const DATASET_NAMES: readonly DatasetName[] = [...PUBLISHED_NAMES, ...EMBEDDED_NAMES];

export const isDatasetName = (text: string): text is DatasetName =>
  (DATASET_NAMES as readonly string[]).includes(text);

const isEmbedded = (name: DatasetName): name is EmbeddedName =>
  (EMBEDDED_NAMES as readonly string[]).includes(name);

/** @throws OptimbenchError (DATA) if it is missing, damaged or not the published one; (FILE, ABORTED) from a download */
export const loadNamedDataset = (name: DatasetName, options: LoadOptions): Promise<Dataset> =>
  isEmbedded(name) ? loadEmbedded(name) : findOrFetch(name, options);

/** The folder of a named dataset, "in the package", or undefined if it is not on the disk. */
export const placeOfNamed = (name: DatasetName, dataDir?: string): string | undefined =>
  isEmbedded(name) ? "in the package" : findPublished(name, dataDir)?.folder;

/** The default dataset. If `dataDir` is given, MNIST must be there: a folder without it is an error. */
export const defaultDatasetName = (dataDir?: string): DatasetName =>
  dataDir !== undefined || findPublished("mnist") !== undefined ? "mnist" : "mnist-10k";

async function findOrFetch(
  name: PublishedName,
  { dataDir, download, ...rest }: LoadOptions,
): Promise<Dataset> {
  let found = findPublished(name, dataDir);
  if (found === undefined) {
    if (!download) throw new OptimbenchError("DATA", notFoundText(name, dataDir));
    const folder = dataDir ?? publishedCacheFolder(name);
    await fetchPublished(name, folder, rest);
    found = findPublished(name, folder)!;
  }
  return loadPublished(name, found.paths);
}

function notFoundText(name: PublishedName, dataDir?: string): string {
  const { files, sha256Of, embedded }: Published = PUBLISHED[name];
  const count = { 4: "four", 6: "six" }[files.length];
  const folders = publishedFolders(name, dataDir)
    .join(", ")
    .replace(/, ([^,]*)$/, " and $1");
  const fetch = `Fetch it with "optimbench data fetch ${name}"`;
  const set = "set OPTIMBENCH_DATA to a folder that contains it";
  const use = embedded && `use "${embedded.name}", ${embedded.what} that needs no download`;
  const kind = sha256Of === "gzip" ? "gzipped files" : "files";
  return (
    `The dataset "${name}" was not found: looked for its ${count} ${kind} in ${folders}. ` +
    (use ? `${fetch}, ${set}, or ${use}.` : `${fetch}, or ${set}.`)
  );
}
