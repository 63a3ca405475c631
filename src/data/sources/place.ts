import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { OptimbenchError } from "../../errors.js";
import { fileProblem } from "../../system/file-problem.js";
import type { Place } from "./source.js";

/**
 * Looks at a path. Symbolic links are followed. Pipes, sockets and devices in a folder are ignored.
 *
 * @returns undefined if nothing is there
 * @throws OptimbenchError (DATA) if it cannot be read
 */
export async function placeAt(path: string): Promise<Place | undefined> {
  try {
    const status = await stat(path);
    if (status.isDirectory()) return await folderAt(path);
    if (status.isFile()) return { kind: "file", path };
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR" || code === "ENAMETOOLONG") return undefined;
    throw new OptimbenchError("DATA", `Cannot read ${path}: ${fileProblem(cause)}.`, { cause });
  }
  // Opening a pipe would wait for a writer.
  throw new OptimbenchError("DATA", `Cannot read ${path}: it is not a regular file or a folder.`);
}

async function folderAt(path: string): Promise<Place> {
  const [files, folders, brokenLinks]: [string[], string[], string[]] = [[], [], []];
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const isLink = entry.isSymbolicLink();
    const target = isLink ? await stat(join(path, entry.name)).catch(() => undefined) : entry;
    if (target?.isFile()) files.push(entry.name);
    else if (target?.isDirectory()) folders.push(entry.name);
    else if (target === undefined) brokenLinks.push(entry.name);
  }
  return { kind: "folder", path, files: files.sort(), folders: folders.sort(), brokenLinks };
}
