import { existsSync } from "node:fs";
import { readdir, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { OptimbenchError } from "../../errors.js";
import { type DownloadOptions, download, keepParts, type RemoteFile } from "../../system/download.js";
import { fileProblem, isFileProblem } from "../../system/file-problem.js";
import { makeFolder } from "../../system/make-folder.js";
import { removeLeftovers, temporaryName } from "../../system/temporary-file.js";
import { tryFolder } from "../../system/write-file.js";
import { sha256OfFile } from "./checksum.js";
import { filesIn, ownerOf } from "./find-published.js";
import { checkPublishedFile } from "./load-published.js";
import { type Archive, PUBLISHED, type Published, type PublishedName } from "./published.js";
import { unpack } from "./unpack.js";

interface FetchOptions extends DownloadOptions {
  /** URLs of folders to download from. Default: those of the dataset. */
  readonly mirrors?: readonly string[] | undefined;
}

/** A limit on the download of a single file. The largest has 26.4 MB. */
const MOST_BYTES = 48 * 2 ** 20;

/**
 * Downloads those of a dataset's files that `folder` lacks. A file appears there only when it is complete and verified.
 *
 * @throws OptimbenchError (DATA) if no mirror provides a file, with each mirror's reason and alternatives, or if the folder
 *   contains another dataset with the same file names; (FILE) if `folder` is not writable; (ABORTED) when `signal` fires
 */
export async function fetchPublished(
  name: PublishedName,
  folder: string,
  options: FetchOptions = {},
): Promise<void> {
  await prepare(folder);
  const published: Published = PUBLISHED[name];
  const owner = ownerOf(folder, name) ?? name;
  if (owner !== name)
    throw new OptimbenchError(
      "DATA",
      `The folder ${folder} contains ${PUBLISHED[owner].title}, whose files have the same names as ${published.title}'s. ` +
        "Choose another folder.",
    );
  const present = filesIn(folder, name);
  const missing = published.files.filter((_, i) => present[i] === undefined);
  if (missing.length === 0) return;
  const mirrors = options.mirrors ?? published.mirrors;
  const { archive } = published;
  if (archive !== undefined) {
    const check = (path: string) => checkArchive(published.title, archive, path);
    const remote = { file: archive.name, mirrors, mostBytes: archive.bytes, check };
    await downloadAll(name, folder, await absent(folder, remote), options);
    await unpackAll(archive, folder);
    return;
  }
  const remote = missing.map((file) => ({
    file: `${file.name}.gz`,
    mirrors,
    mostBytes: MOST_BYTES,
    check: (path: string) => checkPublishedFile(published, file, path),
  }));
  await downloadAll(name, folder, remote, options);
}

async function prepare(folder: string): Promise<void> {
  try {
    makeFolder(folder);
    await tryFolder(folder);
  } catch (cause) {
    throw cannotWrite(folder, cause);
  }
  await keepParts(folder);
  await removeLeftovers(folder);
}

const cannotWrite = (folder: string, cause: unknown) =>
  new OptimbenchError(
    "FILE",
    `Cannot write to ${folder}: ${fileProblem(cause)}. Choose another folder with \`dataDir\` (--data-dir).`,
    { cause, path: folder },
  );

async function downloadAll(
  name: PublishedName,
  folder: string,
  remote: readonly RemoteFile[],
  options: DownloadOptions,
): Promise<void> {
  const reasons = await download(folder, remote, options);
  if (reasons === undefined) return;
  const attempts = [...reasons].map(([url, reason]) => `  ${url}: ${reason}`);
  throw new OptimbenchError("DATA", failureText(name, attempts));
}

function failureText(name: PublishedName, attempts: readonly string[]): string {
  const { title, files, archive, embedded }: Published = PUBLISHED[name];
  const names = archive ? [archive.name] : files.map((file) => `${file.name}.gz`);
  const copy =
    archive === undefined
      ? `copy its files (${names.join(", ")}) into a folder and set OPTIMBENCH_DATA to it`
      : `copy ${archive.name} into a folder and run "optimbench data fetch ${name} --data-dir FOLDER"`;
  const other = embedded && `use the dataset "${embedded.name}", ${embedded.what} that needs no download`;
  return [
    `${title} could not be downloaded:`,
    ...attempts,
    `Behind a proxy, set HTTPS_PROXY. Without a network, ${[copy, other].filter(Boolean).join(", or ")}.`,
  ].join("\n");
}

/** The archive, unless a verified one is in the folder already. */
async function absent(folder: string, remote: RemoteFile): Promise<RemoteFile[]> {
  const path = join(folder, remote.file);
  if (!existsSync(path)) return [remote];
  try {
    await remote.check(path);
    return [];
  } catch {
    return [remote]; // the download replaces it
  }
}

async function checkArchive(title: string, { name, sha256 }: Archive, path: string): Promise<void> {
  if ((await sha256OfFile(path)) !== sha256)
    throw new OptimbenchError("DATA", `${path} is not the published ${name} of ${title}.`);
}

/** Unpacks the files of all datasets in the archive and removes it. */
async function unpackAll(archive: Archive, folder: string): Promise<void> {
  const files = Object.values(PUBLISHED)
    .filter((each: Published) => each.archive?.name === archive.name)
    .flatMap((each: Published) =>
      each.files.map((file) => file.name + (each.sha256Of === "gzip" ? ".gz" : "")),
    );
  const temporary = join(folder, temporaryName());
  try {
    makeFolder(temporary);
    await unpack(
      join(folder, archive.name),
      new Map(files.map((file) => [`${archive.folder}/${file}`, join(temporary, file)])),
    );
    for (const file of await readdir(temporary))
      await rename(join(temporary, file), join(folder, basename(file)));
    await rm(join(folder, archive.name), { force: true });
  } catch (cause) {
    if (isFileProblem(cause)) throw cannotWrite(folder, cause);
    throw new OptimbenchError(
      "DATA",
      `Cannot unpack ${join(folder, archive.name)}: ${(cause as Error).message}. Delete it and run the command again.`,
      { cause },
    );
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}
