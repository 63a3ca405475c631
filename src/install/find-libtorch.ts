import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { OptimbenchError } from "../errors.js";
import { cacheFolder } from "../system/cache-folder.js";
import { makeFolder } from "../system/make-folder.js";
import { temporaryName } from "../system/temporary-file.js";
import { checkLibtorch, type Requirements } from "./check-libtorch.js";
import { pythonTorch } from "./python.js";
import { majorMinor, PINNED_VERSION } from "./version.js";
import type { Kind } from "./wheel-contents.js";
import { readRecord } from "./wheel-record.js";

/** A libtorch that passed all checks. */
export interface Libtorch {
  /** The folder that contains lib/ and include/. */
  readonly root: string;
  /** How it was found. */
  readonly rule: "OPTIMBENCH_LIBTORCH" | "--libtorch" | "Python's torch" | "cache";
  readonly version: string;
}

/** Whether it is in the cache without a list of its files, so that a damaged file cannot be detected. */
export const isUnlisted = ({ rule, root }: Libtorch): boolean =>
  rule === "cache" && readRecord(dirname(root)) === undefined;

/** The note about such a libtorch. */
export const UNLISTED =
  "This libtorch is in the cache without a list of its files, so only truncated libraries " +
  "can be detected. `npx optimbench setup --force` fetches it again, with a list.";

export interface Search extends Requirements {
  /** The kinds to look for in the cache, in this order. Default: "cuda" (which also runs on the CPU), then "cpu". */
  readonly cached?: readonly Kind[] | undefined;
  /** Called with the reason for each candidate that is skipped. */
  readonly onRejected?: ((reason: string) => void) | undefined;
}

/**
 * Looks for a suitable libtorch: `OPTIMBENCH_LIBTORCH`, then the package `torch` of the active Python, then the cache.
 *
 * @throws OptimbenchError (LIBTORCH) if `OPTIMBENCH_LIBTORCH` names one that cannot be used; other candidates are skipped
 */
export function findLibtorch(search: Search = {}): Libtorch | undefined {
  return namedLibtorch(search) ?? usable("Python's torch", pythonTorch(), search) ?? findCached(search);
}

/** Looks for a suitable libtorch in the cache only. */
export function findCached(search: Search): Libtorch | undefined {
  for (const kind of search.cached ?? ["cuda", "cpu"]) {
    const found = usable("cache", cachedRoot(kind), search);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * The libtorch at a path that setup was given, such as that of an installed PyTorch.
 *
 * @throws OptimbenchError (LIBTORCH) if it cannot be used
 */
export function givenLibtorch(path: string, search: Search): Libtorch {
  const root = resolve(path);
  try {
    return { root, rule: "--libtorch", version: checkLibtorch(root, search) };
  } catch (cause) {
    throw new OptimbenchError(
      "LIBTORCH",
      `${(cause as Error).message} It is given by --libtorch. Name another folder.`,
      { cause },
    );
  }
}

/** The same as `findLibtorch`, but fast: tries the one that setup chose before it starts Python. */
export function findLibtorchQuickly(search: Search): Libtorch | undefined {
  return namedLibtorch(search) ?? recordedLibtorch(search) ?? findLibtorch(search);
}

function namedLibtorch(search: Search): Libtorch | undefined {
  const named = process.env.OPTIMBENCH_LIBTORCH;
  if (!named) return undefined;
  const root = resolve(named);
  try {
    return { root, rule: "OPTIMBENCH_LIBTORCH", version: checkLibtorch(root, search) };
  } catch (cause) {
    throw new OptimbenchError(
      "LIBTORCH",
      `${(cause as Error).message} It is set by OPTIMBENCH_LIBTORCH. Set another folder, or unset the variable.`,
      { cause },
    );
  }
}

function usable(rule: Libtorch["rule"], root: string | undefined, search: Search): Libtorch | undefined {
  if (root === undefined || !existsSync(root)) return undefined;
  try {
    return { root, rule, version: checkLibtorch(root, search) };
  } catch (error) {
    search.onRejected?.((error as Error).message);
    return undefined;
  }
}

/** The cache folder of the pinned libtorch. Its name contains the platform, since machines may share a home folder. */
export const cachedRoot = (kind: Kind): string =>
  join(cacheFolder(), "libtorch", `${PINNED_VERSION}-${process.platform}-${process.arch}-${kind}`, "torch");

const recordPath = (version: string) =>
  join(cacheFolder(), "libtorch", `chosen-${majorMinor(version)}-${process.platform}-${process.arch}.json`);

/** Records the libtorch that setup chose, per major and minor version, for `findLibtorchQuickly`. */
export function recordLibtorch(libtorch: Libtorch): void {
  if (libtorch.rule === "OPTIMBENCH_LIBTORCH") return; // only valid while the variable is set
  const path = recordPath(libtorch.version);
  makeFolder(dirname(path));
  const temporary = join(dirname(path), temporaryName());
  writeFileSync(temporary, JSON.stringify({ root: libtorch.root, rule: libtorch.rule }));
  renameSync(temporary, path);
}

function recordedLibtorch(search: Search): Libtorch | undefined {
  try {
    const { rule, root } = JSON.parse(readFileSync(recordPath(search.builtFor ?? PINNED_VERSION), "utf8"));
    return usable(rule, root, search);
  } catch {
    return undefined; // no readable record: use the full search
  }
}
