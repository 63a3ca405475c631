import { existsSync, readdirSync, renameSync, rmdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { OptimbenchError } from "../errors.js";
import { fileProblem, isFileProblem } from "../system/file-problem.js";
import { makeFolder } from "../system/make-folder.js";
import { removeLeftovers, temporaryName } from "../system/temporary-file.js";
import { MANIFEST, type Manifest, readManifest, unusable } from "./bundle-manifest.js";
import { putIntoCache } from "./cached-libtorch.js";
import { copyListed } from "./copy-listed.js";
import { findCached, type Libtorch } from "./find-libtorch.js";
import type { Setup } from "./setup-context.js";
import type { Kind } from "./wheel-contents.js";
import { type RecordedFile, readRecord, recordText } from "./wheel-record.js";

/** A bundle that was written. */
export interface Bundle {
  readonly folder: string;
  /** The version of its libtorch. */
  readonly libtorch: string;
  /** The number of files, without the manifest. */
  readonly files: number;
  readonly bytes: number;
}

/**
 * Checks that a bundle can be written to `folder`.
 *
 * @throws OptimbenchError (FILE) if there is something else, or the path cannot be used
 */
export function requireEmpty(folder: string): void {
  let problem: string;
  try {
    const found = statSync(folder, { throwIfNoEntry: false });
    if (found === undefined || (found.isDirectory() && readdirSync(folder).length === 0)) return;
    problem = found.isDirectory() ? "already has files" : "is not a folder";
  } catch (cause) {
    problem = `cannot be used: ${fileProblem(cause)}`;
  }
  throw new OptimbenchError("FILE", `${folder} ${problem}. Name a new folder with --bundle.`, {
    path: folder,
  });
}

/**
 * Writes a libtorch of the cache to `folder` with a manifest, for `installBundle` on a machine without a network. The folder is
 * written under a temporary name.
 */
export async function writeBundle(folder: string, kind: Kind, { root, version }: Libtorch): Promise<Bundle> {
  const target = resolve(folder);
  const source = dirname(root);
  const files = readRecord(source) ?? [];
  try {
    await writeUnder(target, (partial) => {
      const changed = copyListed(source, partial, files);
      if (changed !== undefined)
        throw new OptimbenchError(
          "LIBTORCH",
          `The libtorch at ${root} is damaged: ${changed}. Run \`npx optimbench setup --force\`.`,
        );
      const { platform, arch } = process;
      const manifest: Manifest = {
        schemaVersion: 1,
        libtorch: version,
        platform,
        arch,
        kind,
        files: files.map(inHex),
      };
      writeFileSync(join(partial, MANIFEST), `${JSON.stringify(manifest, null, 1)}\n`, { flush: true });
    });
  } catch (cause) {
    if (!isFileProblem(cause)) throw cause;
    throw new OptimbenchError(
      "FILE",
      `Cannot write the bundle ${target}: ${fileProblem(cause)}. Name another folder with --bundle.`,
      {
        path: target,
        cause,
      },
    );
  }
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  return { folder: target, libtorch: version, files: files.length, bytes };
}

/** Writes a folder under a temporary name beside it, and renames it when it is complete. */
async function writeUnder(target: string, write: (partial: string) => void): Promise<void> {
  const parent = dirname(target);
  makeFolder(parent);
  await removeLeftovers(parent);
  const partial = join(parent, temporaryName());
  try {
    makeFolder(partial);
    write(partial);
    requireEmpty(target);
    if (existsSync(target)) rmdirSync(target);
    renameSync(partial, target);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

/**
 * Puts the libtorch of a bundle into the cache, unless it is there already. Needs neither a network nor Python. Call it under the
 * lock.
 *
 * @throws OptimbenchError (LIBTORCH) if a file is missing or differs from the manifest, or if it is for another system or version
 */
export async function installBundle(folder: string, { force, log }: Setup): Promise<Libtorch> {
  const from = resolve(folder);
  const { kind, libtorch, files } = readManifest(from);
  const listed = files.map(inBase64);
  const present = findCached({ cached: [kind], forBuild: true, cuda: kind === "cuda", thorough: force });
  if (present !== undefined && recordText(readRecord(dirname(present.root)) ?? []) === recordText(listed))
    return present;
  log(`Copying libtorch ${libtorch} from ${from} ...`);
  return putIntoCache(kind, async (partial) => {
    const changed = copyListed(from, partial, listed);
    if (changed !== undefined) throw unusable(from, `${changed}. Copy the bundle again.`);
    return listed;
  });
}

const inHex = (file: RecordedFile) => ({
  ...file,
  sha256: Buffer.from(file.sha256, "base64url").toString("hex"),
});
const inBase64 = (file: RecordedFile): RecordedFile => ({
  ...file,
  sha256: Buffer.from(file.sha256, "hex").toString("base64url"),
});
