import { createHash } from "node:crypto";
import { closeSync, lstatSync, openSync, readSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { makeFolder } from "../system/make-folder.js";
import type { RecordedFile } from "./wheel-record.js";

/**
 * Copies these files from one folder to another and compares each with its listed size and hash.
 *
 * @returns the first file that differs from the list, as text, after which nothing further is copied; undefined if all are as listed
 */
export function copyListed(from: string, to: string, files: readonly RecordedFile[]): string | undefined {
  for (const { path, size } of files) {
    const found = lstatSync(join(from, path), { throwIfNoEntry: false });
    if (found === undefined) return `${path} is missing`;
    if (!found.isFile()) return `${path} is not a regular file`;
    if (found.size !== size) return `${path} has ${found.size} bytes, but ${size} are listed`;
  }
  for (const folder of new Set(files.map(({ path }) => dirname(path)))) makeFolder(join(to, folder));
  const buffer = Buffer.alloc(2 ** 20);
  const changed = files.find(({ path, sha256 }) => copy(join(from, path), join(to, path), buffer) !== sha256);
  return changed && `${changed.path} differs from its listed SHA-256`;
}

/** Returns the SHA-256 of what was copied. Without streams, since most of libtorch's 10,000 files are small. */
function copy(from: string, to: string, buffer: Buffer): string {
  const hash = createHash("sha256");
  const source = openSync(from, "r");
  try {
    const target = openSync(to, "wx");
    try {
      for (let length = readSync(source, buffer); length > 0; length = readSync(source, buffer)) {
        hash.update(buffer.subarray(0, length));
        for (let written = 0; written < length; )
          written += writeSync(target, buffer, written, length - written);
      }
    } finally {
      closeSync(target);
    }
  } finally {
    closeSync(source);
  }
  return hash.digest("base64url");
}
