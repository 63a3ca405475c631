import { isMainThread } from "node:worker_threads";
import { OptimbenchError, reasonOf } from "../errors.js";
import { RELOAD_ADVICE } from "../install/reload-advice.js";
import { runtimeLibraries } from "../install/runtime-libraries.js";
import { requireFromPackage } from "../system/package-root.js";
import { requireWorkingDirectory } from "../system/working-directory.js";
import { withOptimbenchErrors } from "./errors.js";
import type { LibraryPaths, Native, NativeInfo } from "./interface.js";

export type * from "./interface.js";

// The only file that opens the binary.

let opened: Native | undefined;
let opening: Promise<void> | undefined;

/**
 * Loads libtorch, some hundreds of megabytes, while the event loop goes on; `loadNative` then has it at once. A failure
 * to load is reported by `loadNative`, to the callers that need it.
 */
export async function preloadNative(): Promise<void> {
  if (opened !== undefined) return;
  opening ??= (async () => {
    const { native, libraries } = addon();
    await native.openAside(libraries);
  })();
  await opening.catch(() => {});
  opening = undefined;
}

/**
 * The native side, opened at the first call; a process that never trains never loads libtorch. Its errors are
 * OptimbenchErrors (NATIVE).
 *
 * @throws OptimbenchError (LIBTORCH) that says what is missing or does not fit, and what to do
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

/** The addon, which links no libtorch, and what it has to open. */
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
  // Threads must be idle before libtorch is unloaded. Worker threads have their own cleanup hook.
  if (isMainThread) process.on("exit", () => native.shutdown());
  found = { native, libraries };
  return found;
}

const loadError = (cause: unknown) =>
  new OptimbenchError("LIBTORCH", `Cannot load libtorch: ${reasonOf(cause)}. ${RELOAD_ADVICE}`, { cause });

/** What was loaded and what it found. @throws OptimbenchError (LIBTORCH, NATIVE) */
export const nativeInfo = (): NativeInfo => loadNative().info();
