import { existsSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { makeFolder } from "../system/make-folder.js";
import { checkLibtorch } from "./check-libtorch.js";
import { cachedRoot, type Libtorch } from "./find-libtorch.js";
import type { Kind } from "./wheel-contents.js";
import { type RecordedFile, recordPath, recordText } from "./wheel-record.js";

/**
 * Puts a libtorch into the cache. `fill` writes its files to a temporary folder, which is checked and then renamed, so an
 * interruption leaves the cache as it was. Call it under the lock.
 *
 * @param fill returns the files that it wrote
 */
export async function putIntoCache(
  kind: Kind,
  fill: (folder: string) => Promise<readonly RecordedFile[]>,
): Promise<Libtorch> {
  const root = cachedRoot(kind); // libtorch_cpu finds libraries in the sibling folder nvidia/ by a relative path
  const folder = dirname(root);
  const partial = join(dirname(folder), `.partial-${basename(folder)}`);
  const old = `${partial}-old`;
  for (const each of [partial, old]) rmSync(each, { recursive: true, force: true }); // left by a killed setup
  makeFolder(partial);
  try {
    const files = await fill(partial);
    writeFileSync(recordPath(partial), recordText(files));
    const version = checkLibtorch(join(partial, "torch"), { forBuild: true, cuda: kind === "cuda" });
    if (existsSync(folder)) renameSync(folder, old); // to delete it would take longer, and could be interrupted
    renameSync(partial, folder);
    return { root, rule: "cache", version };
  } finally {
    for (const each of [partial, old]) rmSync(each, { recursive: true, force: true });
  }
}
