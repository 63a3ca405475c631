import { createWriteStream, fstatSync, type Stats } from "node:fs";
import {
  access,
  chmod,
  chown,
  constants,
  open,
  readlink,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { OptimbenchError } from "../errors.js";
import { fileProblem } from "./file-problem.js";
import { makeFolder } from "./make-folder.js";
import { removeLeftovers, temporaryName } from "./temporary-file.js";

type Data = string | Uint8Array | Iterable<string> | AsyncIterable<Uint8Array>;

/**
 * Writes a file completely or not at all, and creates its folder if needed. The data is written to a temporary file beside it,
 * flushed to the disk, and renamed. Links are followed. Devices, pipes and this process' output are written to directly, since
 * they cannot be replaced.
 *
 * @throws OptimbenchError (FILE) that names the file and the reason
 */
export async function writeFileAtomically(path: string, data: Data): Promise<void> {
  try {
    const destination = await destinationOf(path);
    if (destination.kind === "output") await writeToStream(destination.stream, data);
    else if (destination.kind === "device") await writeToDevice(path, data);
    else await replaceFile(destination, data);
  } catch (cause) {
    if (cause instanceof OptimbenchError) throw cause; // from the source of the data
    throw new OptimbenchError(
      "FILE",
      `Cannot write ${path}: ${fileProblem(cause)}. Choose a writable folder with enough free space.`,
      { cause, path },
    );
  }
}

/**
 * Checks in advance whether `writeFileAtomically` can write a file. Leaves no file behind.
 *
 * @throws the reason if it cannot
 */
export async function checkWritable(path: string): Promise<void> {
  const destination = await destinationOf(path);
  if (destination.kind === "output") return;
  if (destination.kind === "device") return access(path, constants.W_OK);
  const missing = [basename(destination.path)];
  let folder = dirname(destination.path);
  while ((await statIfThere(folder)) === undefined) {
    missing.push(basename(folder));
    folder = dirname(folder);
  }
  for (const name of missing) await statIfThere(join(folder, name)); // the file system rejects names that are too long
  if (destination.old) await access(destination.path, constants.W_OK);
  await tryFolder(folder);
}

/**
 * Checks whether a folder is writable by writing a file. Permissions are not enough: the disk may be full, the folder may be in
 * /proc, or the user may be root.
 *
 * @throws the reason if it is not
 */
export async function tryFolder(folder: string): Promise<void> {
  const temporary = join(folder, temporaryName());
  try {
    await writeFile(temporary, " ", { flag: "wx" });
  } finally {
    await rm(temporary, { force: true });
  }
}

type Destination =
  | { readonly kind: "output"; readonly stream: NodeJS.WriteStream }
  | { readonly kind: "device" }
  | RegularFile;

interface RegularFile {
  readonly kind: "file";
  /** The path with all links resolved. */
  readonly path: string;
  /** The existing file, if any. */
  readonly old?: Stats;
}

async function destinationOf(path: string): Promise<Destination> {
  const old = await statIfThere(path);
  if (old?.isDirectory() || (old === undefined && path.endsWith("/"))) throw new Error("it is a folder");
  if (old === undefined) return { kind: "file", path: await endOfLinks(path) };
  const stream = [process.stdout, process.stderr].find(({ fd }) => isSameFile(fstatSync(fd), old));
  if (stream !== undefined) return { kind: "output", stream };
  return old.isFile() ? { kind: "file", path: await realpath(path), old } : { kind: "device" };
}

const isSameFile = (a: Stats, b: Stats) => a.dev === b.dev && a.ino === b.ino;

const statIfThere = (path: string) =>
  stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });

/** Resolves links whose target does not exist yet. */
async function endOfLinks(path: string): Promise<string> {
  const target = await readlink(path).catch(() => undefined);
  if (target === undefined) return resolve(path);
  return endOfLinks(resolve(await realpath(dirname(path)), target));
}

async function replaceFile({ path, old }: RegularFile, data: Data): Promise<void> {
  const folder = dirname(path);
  makeFolder(folder);
  await removeLeftovers(folder);
  if (old) await access(path, constants.W_OK); // do not replace a protected file, even if its folder is writable
  const temporary = join(folder, temporaryName());
  try {
    // Under Yarn's Plug'n'Play, writeFile() takes no iterables.
    if (typeof data === "string" || data instanceof Uint8Array)
      await writeFile(temporary, data, { flush: true, flag: "wx" });
    else await pipeline(data, createWriteStream(temporary, { flush: true, flags: "wx" }));
    if (old) await chown(temporary, old.uid, old.gid).catch(() => {}); // only root may do this
    if (old) await chmod(temporary, old.mode);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
}

async function writeToDevice(path: string, data: Data): Promise<void> {
  const file = await open(path, constants.O_WRONLY);
  try {
    await writeFile(file, data);
  } finally {
    await file.close();
  }
}

async function writeToStream(stream: NodeJS.WriteStream, data: Data): Promise<void> {
  for await (const piece of typeof data === "string" || data instanceof Uint8Array ? [data] : data)
    await new Promise<void>((done, fail) => {
      stream.write(piece, (error) => (error ? fail(error) : done()));
    });
}
