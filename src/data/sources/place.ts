import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { OptimbenchError } from "../../errors.js";
import { fileProblem } from "../../system/file-problem.js";
import type { Place } from "./source.js";

/**
 * Looks at a path. Symbolic links are followed. Sockets and devices are ignored.
 *
 * @returns undefined if nothing is there
 * @throws OptimbenchError (DATA) if it cannot be read
 */
export async function placeAt(path: string): Promise<Place | undefined> {
  try {
    const status = await stat(path);
    return status.isDirectory() ? await folderAt(path) : { kind: "file", path };
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR" || code === "ENAMETOOLONG") return undefined;
    throw new OptimbenchError("DATA", `Cannot read ${path}: ${fileProblem(cause)}.`, { cause });
  }
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
