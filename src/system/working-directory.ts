import { realpathSync } from "node:fs";
import { OptimbenchError } from "../errors.js";

/**
 * In a working directory that was deleted no relative path can be resolved, and libtorch's MKL ends the process.
 * `process.cwd()` may answer from memory, and the folder's inode is still there; the system alone knows.
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
