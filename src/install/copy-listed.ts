import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, lstatSync } from "node:fs";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { makeFolder } from "../system/make-folder.js";
import type { RecordedFile } from "./wheel-record.js";

/**
 * Copies these files from one folder to another and compares each with its listed size and hash.
 *
 * @returns the first file that differs from the list, as text, after which nothing further is copied; undefined if all are as listed
 */
export async function copyListed(
  from: string,
  to: string,
  files: readonly RecordedFile[],
): Promise<string | undefined> {
  for (const file of files) {
    const found = lstatSync(join(from, file.path), { throwIfNoEntry: false });
    if (found === undefined) return `${file.path} is missing`;
    if (!found.isFile()) return `${file.path} is not a regular file`;
    if (found.size !== file.size) return `${file.path} has ${found.size} bytes, but ${file.size} are listed`;
  }
  for (const { path, sha256 } of files) {
    makeFolder(dirname(join(to, path)));
    const hash = createHash("sha256");
    await pipeline(
      createReadStream(join(from, path), { highWaterMark: 2 ** 20 }),
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          hash.update(chunk);
          yield chunk;
        }
      },
      createWriteStream(join(to, path), { flags: "wx" }),
    );
    if (hash.digest("base64url") !== sha256) return `${path} differs from its listed SHA-256`;
  }
  return undefined;
}
