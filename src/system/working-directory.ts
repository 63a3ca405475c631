import { realpathSync } from "node:fs";
import { OptimbenchError } from "../errors.js";

/**
 * Checks that the working directory exists. In a deleted one, relative paths cannot be resolved, and libtorch's MKL ends the
 * process. `process.cwd()` may be cached and the folder's inode still exists, so this asks the system.
 *
 * @throws OptimbenchError (LIBTORCH)
 */
export function requireWorkingDirectory(): void {
  try {
    realpathSync.native(".");
  } catch (cause) {
    throw new OptimbenchError(
      "LIBTORCH",
      "The working directory no longer exists or cannot be read. Change to another folder and try again.",
      { cause },
    );
  }
}
