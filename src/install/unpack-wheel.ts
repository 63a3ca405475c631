import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { basename, dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { OptimbenchError } from "../errors.js";
import { makeFolder } from "../system/make-folder.js";
import { yauzl } from "../system/unbundled.js";
import { parseRecord, type RecordedFile } from "./wheel-record.js";

/**
 * Unpacks the files of a wheel (a zip archive) that `wanted` accepts, and compares them with the wheel's RECORD. The reader
 * rejects names that lead out of `folder`.
 *
 * @returns the unpacked files
 * @throws OptimbenchError (LIBTORCH) if a file is not the one that RECORD lists
 */
export async function unpackWheel(
  wheel: string,
  folder: string,
  wanted: (name: string) => boolean,
): Promise<readonly RecordedFile[]> {
  const archive = await yauzl().openPromise(wheel);
  const unpacked: RecordedFile[] = [];
  let record = "";
  for await (const entry of archive.eachEntry()) {
    const name = entry.fileName;
    const open = () => archive.openReadStreamPromise(entry);
    if (/^[^/]+\.dist-info\/RECORD$/.test(name)) record = await text(await open());
    if (name.endsWith("/") || !wanted(name)) continue;
    const path = join(folder, name);
    makeFolder(dirname(path));
    const hash = createHash("sha256");
    let size = 0;
    await pipeline(
      await open(),
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          hash.update(chunk);
          size += chunk.length;
          yield chunk;
        }
      },
      createWriteStream(path),
    );
    unpacked.push({ path: name, sha256: hash.digest("base64url"), size });
  }
  const listed = new Map(parseRecord(record).map((file) => [file.path, file]));
  for (const { path, sha256, size } of unpacked) {
    const expected = listed.get(path);
    if (expected?.sha256 === sha256 && expected.size === size) continue;
    throw new OptimbenchError(
      "LIBTORCH",
      `${basename(wheel)} is damaged: its file ${path} does not match its RECORD. Run setup again.`,
    );
  }
  return unpacked;
}
