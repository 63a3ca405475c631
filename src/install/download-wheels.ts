import { existsSync, readdirSync, renameSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { OptimbenchError } from "../errors.js";
import { cacheFolder } from "../system/cache-folder.js";
import { download, keepParts } from "../system/download.js";
import { makeFolder } from "../system/make-folder.js";
import { findAtIndex, packageIndex } from "./index-page.js";
import { KNOWN_WHEELS } from "./known-wheels.js";
import { runPip } from "./pip.js";
import type { Setup } from "./setup-context.js";
import { sha256Of } from "./wheel-record.js";

/** A limit on the download of one wheel. The largest, of torch, has 0.6 GB. */
const MOST_BYTES = 4e9;

/**
 * Downloads wheels into `<folder>/wheels` and compares known wheels with their hashes. Whatever index pip uses, a wheel with a
 * known name and version must be the wheel on PyPI.
 *
 * Known wheels that are named exactly are downloaded without pip, so that an interrupted download can be continued, also by a later
 * setup. If that fails, for example because only pip has the credentials of the index, pip downloads them, as it does all others.
 *
 * @param folder a folder on the disk to unpack to
 * @param what the purpose, for messages: "torch 2.15.0"
 * @returns their paths
 */
export async function downloadWheels(
  python: string,
  folder: string,
  requirements: readonly string[],
  what: string,
  setup: Setup,
): Promise<string[]> {
  const wheels = join(folder, "wheels");
  makeFolder(wheels);
  if (!(await downloadKnown(python, wheels, requirements, setup))) {
    const command = ["download", "--only-binary=:all:", "--dest", wheels, ...requirements];
    await runPip(python, command, folder, `download ${what}`, setup);
  }
  return readdirSync(wheels).map((name) => {
    const path = join(wheels, name);
    requireKnown(path);
    return path;
  });
}

const knownHere = () => KNOWN_WHEELS[`${process.platform}-${process.arch}`] ?? {};

/** Whether these are known wheels, and all were downloaded. What was received is kept in the cache until all are complete. */
async function downloadKnown(
  python: string,
  wheels: string,
  requirements: readonly string[],
  { log, onProgress }: Setup,
): Promise<boolean> {
  if (process.env.PIP_NO_INDEX) return false;
  const pins = requirements.filter((each) => each.includes("=="));
  const names = pins.map((pin) => pin.replaceAll("-", "_").replace("==", "-"));
  const hashes = names.map((name) => knownHere()[name]);
  if (!requirements.includes("--no-deps") || pins.length === 0 || hashes.includes(undefined)) return false;
  const index = packageIndex(python);
  if (index === undefined) return false;
  const files = await Promise.all(
    pins.map(async (pin, i) => {
      const url = await findAtIndex(index, pin.split("==")[0]!, hashes[i]!);
      return url === undefined ? undefined : remoteFile(url, hashes[i]!);
    }),
  );
  const found = files.filter((file) => file !== undefined);
  if (found.length < files.length) return false;
  const kept = join(cacheFolder(), "downloads");
  makeFolder(kept);
  await keepParts(kept);
  const missing = found.filter(({ file, sha256 }) => !hasHash(join(kept, file), sha256));
  const reasons = await download(kept, missing, { onProgress });
  if (reasons !== undefined) {
    for (const [url, reason] of reasons) log(`  ${url}: ${reason}. pip downloads it instead.`);
    return false;
  }
  for (const { file } of found) renameSync(join(kept, file), join(wheels, file));
  return true;
}

const remoteFile = (url: string, sha256: string) => ({
  file: basename(url),
  sha256,
  mirrors: [dirname(url)],
  mostBytes: MOST_BYTES,
  check: async (path: string) => {
    if (!hasHash(path, sha256)) throw new OptimbenchError("DATA", `${url} has another SHA-256.`);
  },
});

const hasHash = (path: string, sha256: string) => existsSync(path) && sha256Of(path, "hex") === sha256;

/** @throws OptimbenchError (LIBTORCH) if a known wheel has another hash */
function requireKnown(path: string): void {
  const name = basename(path);
  const expected = knownHere()[name.split("-").slice(0, 2).join("-")];
  const found = expected && sha256Of(path, "hex");
  if (found === expected) return;
  throw new OptimbenchError(
    "LIBTORCH",
    [
      `The package index served a different ${name} than PyPI: its SHA-256 is ${found}, expected ${expected}.`,
      "It was not unpacked. Check the index (`pip config list`) and run setup again; or install the build that you",
      "trust with pip, or unpack it, and set its folder: OPTIMBENCH_LIBTORCH=/path/to/torch",
    ].join("\n"),
  );
}
