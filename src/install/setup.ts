import { join } from "node:path";
import { OptimbenchError } from "../errors.js";
import { cacheFolder } from "../system/cache-folder.js";
import { fileProblem, isFileProblem } from "../system/file-problem.js";
import { packageRoot } from "../system/package-root.js";
import { printNotice } from "../system/terminal.js";
import { buildNative, findBuildProgram } from "./build-native.js";
import { fetchLibtorch } from "./fetch-libtorch.js";
import {
  findLibtorch,
  isUnlisted,
  type Libtorch,
  recordLibtorch,
  type Search,
  UNLISTED,
} from "./find-libtorch.js";
import { findNativeFiles, requireWhole } from "./native-files.js";
import { nvidiaGpus } from "./nvidia-gpu.js";
import type { Setup } from "./setup-context.js";
import { withLock } from "./setup-lock.js";
import { requireNode, requirePython } from "./toolchain.js";
import type { Kind } from "./wheel-contents.js";

interface SetupOptions {
  /** Whether to fetch libtorch with its CUDA libraries. Default: true if the machine has an NVIDIA GPU. */
  readonly cuda?: boolean | undefined;
  readonly quiet?: boolean | undefined;
  /** Whether to verify the hashes of the cached libtorch, fetch it again if they differ or are unknown, and always compile. */
  readonly force?: boolean | undefined;
}

/**
 * Prepares this machine for training: finds or fetches libtorch and, in a checkout, compiles the native code. Does nothing if
 * everything is in place. It may be killed at any time and run several times at once.
 *
 * @throws OptimbenchError (LIBTORCH) with what is missing and how to fix it
 */
export async function setup(options: SetupOptions = {}): Promise<Libtorch> {
  try {
    return await getReady(options);
  } catch (cause) {
    if (!isFileProblem(cause)) throw cause;
    throw new OptimbenchError(
      "LIBTORCH",
      `Setup cannot use ${cause.path ?? "a file"}: ${fileProblem(cause)}. ` +
        `The cache is ${cacheFolder()}; to use another one, set OPTIMBENCH_CACHE to a writable folder.`,
      { cause },
    );
  }
}

async function getReady(options: SetupOptions): Promise<Libtorch> {
  requireNode();
  const quiet = options.quiet ?? false;
  const shared: Setup = {
    quiet,
    force: options.force ?? false,
    log: quiet ? () => {} : printNotice,
  };
  const program = findBuildProgram(packageRoot);
  const prebuilt = program === undefined ? findNativeFiles() : undefined;
  if (prebuilt !== undefined) requireWhole(prebuilt);
  if (program === undefined && prebuilt === undefined) {
    throw new OptimbenchError(
      "LIBTORCH",
      `This package has no compiled code for ${process.platform}-${process.arch}. ` +
        "To compile it here, install cmake-js: npm install cmake-js node-addon-api node-api-headers",
    );
  }

  const libtorch = await getLibtorch(options.cuda, program !== undefined, prebuilt?.builtFor, shared);
  shared.log(`libtorch ${libtorch.version} at ${libtorch.root} (by ${libtorch.rule})`);
  if (isUnlisted(libtorch)) shared.log(UNLISTED);
  const built = program !== undefined && (await buildNative(packageRoot, program, libtorch, shared));
  shared.log(
    `native code: ${program === undefined ? "shipped with the package" : built ? "compiled" : "up to date"}`,
  );
  recordLibtorch(libtorch);
  return libtorch;
}

async function getLibtorch(
  wantsCuda: boolean | undefined,
  forBuild: boolean,
  builtFor: string | undefined,
  shared: Setup,
): Promise<Libtorch> {
  const kind: Kind = (wantsCuda ?? nvidiaGpus().length > 0) ? "cuda" : "cpu";
  const rejected = new Set<string>();
  const search: Search = {
    forBuild,
    builtFor,
    thorough: shared.force,
    cuda: wantsCuda, // a detected GPU does not rule out a user's libtorch without CUDA ...
    cached: kind === "cuda" ? ["cuda"] : ["cpu", "cuda"], // ... but determines what the cache must contain
    onRejected: (reason) => rejected.add(reason),
  };
  const find = () => {
    const found = findLibtorch(search);
    return found !== undefined && shared.force && isUnlisted(found) ? undefined : found;
  };
  const found = find();
  for (const reason of rejected) shared.log(reason);
  if (found !== undefined) return found;

  const python = requirePython("fetch libtorch");
  return withLock(join(cacheFolder(), "setup.lock"), shared.log, async (lock) => {
    const meanwhile = find();
    if (meanwhile !== undefined) return meanwhile;
    return fetchLibtorch(kind, python, { ...shared, lock });
  });
}
