import { OptimbenchError } from "../errors.js";
import { cacheFolder } from "../system/cache-folder.js";
import { fileProblem, isFileProblem } from "../system/file-problem.js";
import { packageRoot } from "../system/package-root.js";
import { printNotice } from "../system/terminal.js";
import { buildNative, findBuildProgram } from "./build-native.js";
import { type Bundle, requireEmpty, writeBundle } from "./bundle.js";
import { isUnlisted, type Libtorch, recordLibtorch, UNLISTED } from "./find-libtorch.js";
import { getCached, getLibtorch, kindFor, type Source } from "./get-libtorch.js";
import { findNativeFiles, requireWhole } from "./native-files.js";
import type { Setup } from "./setup-context.js";
import { requireNode } from "./toolchain.js";

interface SetupOptions extends Source {
  /** Called as wheels are downloaded. */
  readonly onProgress?: Setup["onProgress"];
  readonly quiet?: boolean | undefined;
  /** Whether to verify the hashes of the cached libtorch, fetch it again if they differ or are unknown, and always compile. */
  readonly force?: boolean | undefined;
}

/**
 * Prepares this machine for training: finds or fetches libtorch and, in a clone, compiles the native code. Does nothing if
 * everything is in place. It may be killed at any time and run several times at once.
 *
 * @throws OptimbenchError (LIBTORCH) with what is missing and how to fix it
 */
export const setup = (options: SetupOptions = {}): Promise<Libtorch> => inWords(() => getReady(options));

/**
 * Writes a folder that sets up a machine of the same kind without a network: `setup({ from: folder })`. Uses the libtorch in the
 * cache, which it fetches if necessary, and changes nothing else on this machine.
 *
 * @throws OptimbenchError (FILE) if `folder` has other files; (LIBTORCH) as `setup` does
 */
export const makeBundle = (folder: string, options: SetupOptions = {}): Promise<Bundle> =>
  inWords(async () => {
    requireNode();
    requireEmpty(folder);
    const kind = kindFor(options.cuda);
    const shared = context(options);
    const libtorch = await getCached(kind, shared);
    shared.log(`Writing libtorch ${libtorch.version} to ${folder} ...`);
    return writeBundle(folder, kind, libtorch);
  });

async function inWords<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
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

function context({ quiet = false, force = false, onProgress }: SetupOptions): Setup {
  return { quiet, force, onProgress, log: quiet ? () => {} : printNotice };
}

async function getReady(options: SetupOptions): Promise<Libtorch> {
  requireNode();
  const shared = context(options);
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

  const needs = { forBuild: program !== undefined, builtFor: prebuilt?.builtFor };
  const libtorch = await getLibtorch(options, needs, shared);
  shared.log(`libtorch ${libtorch.version} at ${libtorch.root} (by ${libtorch.rule})`);
  if (isUnlisted(libtorch)) shared.log(UNLISTED);
  const built = program !== undefined && (await buildNative(packageRoot, program, libtorch, shared));
  shared.log(
    `native code: ${program === undefined ? "shipped with the package" : built ? "compiled" : "up to date"}`,
  );
  recordLibtorch(libtorch);
  return libtorch;
}
