import { createHash } from "node:crypto";
import { closeSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { join } from "node:path";

/** An entry of a wheel's RECORD. */
export interface RecordedFile {
  readonly path: string;
  /** SHA-256 in base64url. */
  readonly sha256: string;
  readonly size: number;
}

/** Setup's list of the files that it unpacked into a folder: in RECORD's format, with paths relative to the folder. */
const RECORD = "optimbench-RECORD";

/**
 * Parses a RECORD: a line of comma-separated values per file of a wheel (Binary distribution format, "The .dist-info
 * directory"). Omits lines without a hash, such as that of RECORD.
 */
export function parseRecord(text: string): RecordedFile[] {
  return [...text.matchAll(/^("(?:[^"]|"")*"|[^,\n]*),sha256=([\w-]+)=*,(\d+)\r?$/gm)].map(
    ([, path, sha256, size]) => ({
      path: path!.startsWith('"') ? path!.slice(1, -1).replaceAll('""', '"') : path!,
      sha256: sha256!,
      size: Number(size),
    }),
  );
}

export const recordPath = (folder: string): string => join(folder, RECORD);

export const recordText = (files: readonly RecordedFile[]): string =>
  files
    .map(({ path, sha256, size }) => `"${path.replaceAll('"', '""')}",sha256=${sha256},${size}\n`)
    .join("");

/** The files that setup unpacked into `folder`; undefined if there is no list. */
export function readRecord(folder: string): readonly RecordedFile[] | undefined {
  try {
    return parseRecord(readFileSync(recordPath(folder), "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * The first of these files that has changed since it was unpacked, as text. Compares sizes, which is fast; `thorough` also
 * compares hashes, which takes a second per gigabyte or two.
 */
export function firstChanged(
  folder: string,
  files: readonly RecordedFile[],
  thorough: boolean,
): string | undefined {
  for (const { path, size } of files) {
    const found = statSync(join(folder, path), { throwIfNoEntry: false })?.size;
    if (found === undefined) return `${path} is missing`;
    if (found !== size) return `${path} has ${found} bytes, but ${size} were unpacked`;
  }
  const changed = files.find(
    ({ path, sha256 }) => thorough && sha256Of(join(folder, path), "base64url") !== sha256,
  );
  return changed && `${changed.path} differs from what was unpacked`;
}

/** The SHA-256 of a file of any size. */
export function sha256Of(path: string, encoding: "hex" | "base64url"): string {
  const hash = createHash("sha256");
  const file = openSync(path, "r");
  try {
    const chunk = Buffer.alloc(2 ** 20);
    for (let length = -1; length !== 0; ) {
      length = readSync(file, chunk);
      hash.update(chunk.subarray(0, length));
    }
    return hash.digest(encoding);
  } finally {
    closeSync(file);
  }
}
