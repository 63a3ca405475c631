import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { dataError, OptimbenchError, reasonOf } from "../../errors.js";
import { fileProblem, isFileProblem } from "../../system/file-problem.js";
import { yauzl } from "../../system/unbundled.js";
import { type Watch, watched } from "../watch.js";
import { decodeNpy, type NpyArray } from "./npy-file.js";

/** The largest expansion of a deflate stream. */
const MOST_EXPANSION = 1032;
const MOST_ENTRIES = 1000;

/** @throws OptimbenchError (DATA) with the file's name and the reason */
export async function readNpy(file: string, watch: Watch): Promise<NpyArray> {
  return naming(file, async () => {
    const { size: total } = await stat(file);
    const bytes = createReadStream(file, { highWaterMark: 2 ** 20 });
    return decodeNpy(watched(bytes, { path: file, total, watch }), total);
  });
}

/**
 * Reads those arrays of an .npz file that are wanted.
 *
 * @param isWanted receives the name of each array, without its ending
 * @throws OptimbenchError (DATA) with the file's and the array's name and the reason
 */
export async function readNpz(
  file: string,
  isWanted: (name: string) => boolean,
  watch: Watch,
): Promise<{ readonly arrays: ReadonlyMap<string, NpyArray>; readonly names: readonly string[] }> {
  const arrays = new Map<string, NpyArray>();
  const names: string[] = [];
  const { size } = await naming(file, () => stat(file));
  const zip = await naming(file, () => yauzl().openPromise(file));
  try {
    if (zip.entryCount > MOST_ENTRIES)
      throw dataError(`${file} has ${zip.entryCount} entries; at most ${MOST_ENTRIES} are read.`);
    for await (const entry of zip.eachEntry()) {
      const name = entry.fileName.replace(/\.npy$/, "");
      names.push(name);
      if (!entry.fileName.endsWith(".npy") || !isWanted(name)) continue;
      if (arrays.has(name)) throw dataError(`${file} has two arrays named ${name}.`);
      const array = await naming(`${name} of ${file}`, async () =>
        decodeNpy(
          watched(await zip.openReadStreamPromise(entry), {
            path: `${name} of ${file}`,
            total: entry.uncompressedSize,
            watch,
          }),
          Math.min(entry.uncompressedSize, size * MOST_EXPANSION),
        ),
      );
      arrays.set(name, array);
    }
  } catch (cause) {
    throw cause instanceof OptimbenchError
      ? cause
      : dataError(`Cannot read ${file}: ${reasonOf(cause)}.`, cause);
  } finally {
    zip.close();
  }
  return { arrays, names };
}

async function naming<Result>(what: string, read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (cause) {
    if (cause instanceof OptimbenchError) throw cause;
    const reason = isFileProblem(cause) ? fileProblem(cause) : reasonOf(cause);
    throw dataError(`Cannot read ${what}: ${reason.replace(/\.$/, "")}.`, cause);
  }
}
