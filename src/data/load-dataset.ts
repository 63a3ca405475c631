import { dirname } from "node:path";
import { configError, OptimbenchError, withPath } from "../errors.js";
import { relayCallback } from "../system/relay-callback.js";
import { didYouMean } from "../validation/nearest.js";
import { parse } from "../validation/parse.js";
import { pathSchema } from "../validation/path-schema.js";
import { isKept, keepWhole } from "../validation/plain-data.js";
import type { Dataset, HeldOutSet } from "./dataset.js";
import { type DatasetInMemory, inMemoryDataset } from "./in-memory.js";
import { IN_MEMORY } from "./in-memory-schema.js";
import { type LoadOptions, loadOptionsSchema } from "./load-options.js";
import {
  DATASET_NAMES,
  defaultDatasetName,
  isDatasetName,
  loadNamedDataset,
} from "./named/named-datasets.js";
import { prepare } from "./prepare.js";
import { type ReadOptions, readOptionsOf } from "./read-options.js";
import { placeAt } from "./sources/place.js";
import type { Place, Source } from "./sources/source.js";
import { SOURCES, sourceOf } from "./sources/sources.js";
import { type WatchOptions, watch } from "./watch.js";

/**
 * Loads a dataset.
 *
 * @param source the name of a dataset: "mnist-10k", "fashion-mnist-10k" or "digits", which the package contains, or a published
 *   one; the path of a file or folder in one of the formats of `sources/`; arrays in memory; or a dataset loaded earlier, which is returned unchanged. Default: "mnist" if it is on the disk,
 *   otherwise "mnist-10k"; the dataset's `name` says which.
 * @throws OptimbenchError by rejection: CONFIG for an unknown name or arrays that do not match, DATA for files that are
 *   missing, damaged or not the published ones, FILE if a download cannot be written, ABORTED when `signal` fires
 */
export async function loadDataset(
  source?: string | DatasetInMemory | Dataset,
  options: LoadOptions = {},
): Promise<Dataset> {
  return load(source, parse(loadOptionsSchema, options, "options"));
}

/** What the callbacks throw reaches the caller, not the readers of files, which would blame the file. */
const load = (source: string | DatasetInMemory | Dataset | undefined, options: LoadOptions, where?: string) =>
  relayCallback(options.onRead, (onRead) =>
    relayCallback(options.onProgress, (onProgress) =>
      loadWatched(source, { ...options, onRead, onProgress }, where),
    ),
  );

async function loadWatched(
  source: string | DatasetInMemory | Dataset | undefined,
  options: LoadOptions,
  where?: string,
): Promise<Dataset> {
  const dataset = isKept(source)
    ? undamaged(source as Dataset)
    : await read(source ?? defaultDatasetName(options.dataDir), options, where);
  const prepared = await prepare(dataset, options, watch(options));
  return isKept(prepared) ? prepared : keepWhole(Object.freeze(prepared));
}

/**
 * Loads the dataset of a run's or a study's config. Error messages contain paths in that config.
 *
 * @throws as `loadDataset`
 */
export const datasetOf = (
  { dataset, dataDir, ...config }: DatasetChoice,
  { onRead, signal }: WatchOptions = {},
): Promise<Dataset> =>
  load(dataset, { dataDir, ...readOptionsOf(config), onRead, signal }, "dataset").catch((error) => {
    throw withPath(error, "dataset");
  });

interface DatasetChoice extends ReadOptions {
  readonly dataset?: string | DatasetInMemory | Dataset | undefined;
  readonly dataDir?: string | undefined;
}

/** Returns a dataset loaded earlier. @throws OptimbenchError (CONFIG) if the memory of its images was transferred since */
function undamaged(dataset: Dataset): Dataset {
  const { name, validation, test } = dataset;
  const sets = [dataset, ...(validation ? [validation] : []), ...(test ? [test] : [])];
  const isWhole = ({ images, labels, targets, count }: HeldOutSet) =>
    images.length > 0 && labels.length === count && targets?.length !== 0;
  if (sets.every(isWhole)) return dataset;
  throw new OptimbenchError(
    "DATA",
    `The arrays of the dataset "${name}" were transferred to another thread after it was loaded. Transfer copies, or load it again.`,
  );
}

async function read(
  source: string | DatasetInMemory,
  options: LoadOptions,
  where?: string,
): Promise<Dataset> {
  if (typeof source !== "string") return inMemoryDataset(source, where);
  parse(pathSchema, source, "dataset");
  if (isDatasetName(source)) {
    checkOptions(options, {}, `"${source}" is a named dataset`);
    return loadNamedDataset(source, options);
  }
  const place = await placeAt(source);
  if (place === undefined && source === IN_MEMORY)
    throw configError(
      `"${IN_MEMORY}" stands for arrays that a program passed as \`dataset\`. A study does not contain them: pass them again, from a program.`,
    );
  if (place === undefined)
    throw configError(
      `There is no dataset, folder or file "${source}".${didYouMean(source, DATASET_NAMES)} ${expected()}`,
    );
  const format = await sourceOf(place);
  if (format === undefined) throw await unknownFormat(place);
  checkOptions(options, format, `"${source}" is ${format.what}`);
  return severalClasses(await format.read(place, options, watch(options)));
}

/** @throws OptimbenchError (DATA) if all training images have the same label, so that there is nothing to tell apart */
function severalClasses(dataset: Dataset): Dataset {
  const { name, labels, classNames } = dataset;
  const [first] = labels;
  if (labels.some((label) => label !== first)) return dataset;
  throw new OptimbenchError(
    "DATA",
    `All training images of ${name} have the label ${classNames?.[first!] ?? first}, but training needs images of at least 2 classes.`,
  );
}

/** @param instead what the dataset is, for messages */
function checkOptions(
  options: ReadOptions,
  { hasColumns, hasLabelFile }: Pick<Source, "hasColumns" | "hasLabelFile">,
  instead: string,
): void {
  const reject = (key: keyof ReadOptions, what: string) => {
    if (options[key] !== undefined)
      throw configError(`\`${key}\` names ${what}, but ${instead}. Omit it.`, key);
  };
  for (const key of ["labelColumn", "groupColumn"] as const)
    if (!hasColumns) reject(key, "a column of a CSV file");
  if (!hasLabelFile) reject("labelFile", "the labels of an .npy file");
}

async function unknownFormat({ kind, path }: Place): Promise<OptimbenchError> {
  const around = kind === "file" ? await placeAt(dirname(path)).catch(() => undefined) : undefined;
  const outer = around && (await sourceOf(around));
  return configError(
    outer === undefined
      ? `The ${kind} "${path}" is not a dataset. ${expected()}`
      : `The dataset "${path}" is a file. Name its folder, which is ${outer.what}: "${around!.path}".`,
  );
}

const expected = () =>
  `Expected ${[...DATASET_NAMES.map((name) => `"${name}"`), ...SOURCES.map(({ what }) => what)].join(", ").replace(/, ([^,]*)$/, " or $1")}.`;
