import { isMainThread } from "node:worker_threads";
import { OptimbenchError, reasonOf } from "../errors.js";
import { RELOAD_ADVICE } from "../install/reload-advice.js";
import { runtimeLibraries } from "../install/runtime-libraries.js";
import { requireFromPackage } from "../system/package-root.js";
import { requireWorkingDirectory } from "../system/working-directory.js";
import { withOptimbenchErrors } from "./errors.js";
import type { LibraryPaths, Native, NativeInfo } from "./interface.js";

export type * from "./interface.js";

// The only file that loads the binary.

let opened: Native | undefined;
let opening: Promise<void> | undefined;

/**
 * Loads libtorch (several hundred megabytes) without blocking the event loop, so that `loadNative` then returns immediately.
 * `loadNative` reports a failure.
 */
export async function preloadNative(): Promise<void> {
  if (opened !== undefined) return;
  opening ??= (async () => {
    const { native, libraries } = addon();
    await native.openAsync(libraries);
  })();
  await opening.catch(() => {});
  opening = undefined;
}

/**
 * Returns the native code, which is loaded at the first call. A process that never trains never loads libtorch. Its errors are
 * OptimbenchErrors (NATIVE).
 *
 * @throws OptimbenchError (LIBTORCH) with what is missing or incompatible, and what to do
 */
export function loadNative(): Native {
  if (opened !== undefined) return opened;
  const { native, libraries } = addon();
  try {
    native.open(libraries);
  } catch (cause) {
    throw loadError(cause);
  }
  opened = withOptimbenchErrors(native);
  return opened;
}

let found: { readonly native: Native; readonly libraries: LibraryPaths } | undefined;

/** The addon, which does not link libtorch, and the libraries that it must open. */
function addon() {
  if (found !== undefined) return found;
  requireWorkingDirectory();
  const { addon, ...libraries } = runtimeLibraries();
  let native: Native;
  try {
    native = requireFromPackage(addon) as Native;
  } catch (cause) {
    throw loadError(cause);
  }
  // Threads must be idle before libtorch is unloaded. Worker threads use a cleanup hook instead.
  if (isMainThread) process.on("exit", () => native.shutdown());
  found = { native, libraries };
  return found;
}

const loadError = (cause: unknown) =>
  new OptimbenchError("LIBTORCH", `Cannot load libtorch: ${reasonOf(cause)}. ${RELOAD_ADVICE}`, { cause });

/** Information about the native code and the devices. @throws OptimbenchError (LIBTORCH, NATIVE) */
export const nativeInfo = (): NativeInfo => loadNative().info();
