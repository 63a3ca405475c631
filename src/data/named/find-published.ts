import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { cacheFolder } from "../../system/cache-folder.js";
import { PUBLISHED, type Published, type PublishedName } from "./published.js";

/** Where a dataset is. */
export interface Found {
  readonly folder: string;
  /** Its files, in the order of `Published.files`. */
  readonly paths: readonly string[];
}

/** The default folder for its download. */
export const publishedCacheFolder = (name: PublishedName): string =>
  join(cacheFolder(), "data", folderName(name));

/**
 * The folders to search for a dataset: `dataDir` or, without it, `OPTIMBENCH_DATA` (if set), each with its subfolder for the
 * dataset, and the per-user cache and the folder of Debian's package. If `dataDir` is given, only that.
 */
export function publishedFolders(name: PublishedName, dataDir?: string): string[] {
  const root = dataDir ?? process.env.OPTIMBENCH_DATA;
  const inRoot = root ? [root, ...new Set([join(root, name), join(root, folderName(name))])] : [];
  if (dataDir !== undefined) return inRoot;
  return [...inRoot, publishedCacheFolder(name), join("/usr/share/datasets", name)];
}

/** The first of these folders with all of its files. `loadPublished` checks their content. */
export function findPublished(name: PublishedName, dataDir?: string): Found | undefined {
  const { files, archive }: Published = PUBLISHED[name];
  for (const outer of publishedFolders(name, dataDir))
    for (const folder of [outer, ...(archive ? [join(outer, archive.folder)] : [])]) {
      const paths = filesIn(folder, name).filter((path) => path !== undefined);
      if (paths.length === files.length && (ownerOf(folder, name) ?? name) === name) return { folder, paths };
    }
  return undefined;
}

/**
 * The paths of a dataset's files in a folder, undefined for each that is missing. A file has its published name, or a dot in place
 * of the hyphen before "idx", as in some archives. It may be gzipped, and must be if its checksum is that of the gzipped file.
 */
export function filesIn(folder: string, name: PublishedName): (string | undefined)[] {
  const { files, sha256Of }: Published = PUBLISHED[name];
  const present = new Set(namesIn(folder));
  const endings = sha256Of === "gzip" ? [".gz"] : ["", ".gz"];
  return files.map((file) => {
    const names = [file.name, file.name.replace(/-(idx\d)/, ".$1")];
    const existing = endings
      .flatMap((ending) => names.map((each) => each + ending))
      .find((each) => present.has(each));
    return existing && join(folder, existing);
  });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** A file of test labels is not larger. */
const MOST_LABEL_BYTES = 2 ** 16;

/**
 * Which of the datasets with the same file names (MNIST, Fashion-MNIST and KMNIST) a folder contains, from its last file, the test
 * labels. Undefined if the file is none of them.
 */
export function ownerOf(folder: string, name: PublishedName): PublishedName | undefined {
  const last = PUBLISHED[name].files.at(-1)!.name;
  for (const [other, { files }] of Object.entries(PUBLISHED)) {
    const path = filesIn(folder, other as PublishedName).at(-1);
    const file = files.at(-1)!;
    if (file.name === last && path !== undefined && hashesOf(path).includes(file.sha256))
      return other as PublishedName;
  }
  return undefined;
}

/** The SHA-256 of a small file and, if it is gzipped, of its content. */
function hashesOf(path: string): string[] {
  try {
    if (statSync(path).size > MOST_LABEL_BYTES) return [];
    const bytes = readFileSync(path);
    const content = path.endsWith(".gz") ? [gunzipSync(bytes, { maxOutputLength: MOST_LABEL_BYTES })] : [];
    return [bytes, ...content].map((each) => createHash("sha256").update(each).digest("hex"));
  } catch {
    return []; // not readable or damaged: loading it says so
  }
}

const folderName = (name: PublishedName): string => (PUBLISHED[name] as Published).folder ?? name;
