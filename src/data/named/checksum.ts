import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { parts } from "../parts.js";

/** The SHA-256 of arrays one after the other, computed in parts of a few milliseconds. */
export async function sha256Of(...arrays: readonly Uint8Array[]): Promise<string> {
  const hash = createHash("sha256");
  for (const array of arrays)
    for await (const [first, end] of parts(array.length)) hash.update(array.subarray(first, end));
  return hash.digest("hex");
}

/** The SHA-256 of a file as it is on the disk. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) hash.update(chunk);
  return hash.digest("hex");
}
