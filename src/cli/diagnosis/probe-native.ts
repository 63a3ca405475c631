import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { OptimbenchError } from "../../errors.js";
import { RELOAD_ADVICE } from "../../install/reload-advice.js";
import type { NativeInfo } from "../../native/addon.js";
import { packageRoot } from "../../system/package-root.js";
import { programEnvironment } from "../../system/run-program.js";

/**
 * Loads the native code and libtorch in a separate process, so that a crash there cannot end this one.
 *
 * @returns information about the native code
 * @throws OptimbenchError (LIBTORCH) with the loader's message
 */
export async function probeNative(): Promise<NativeInfo> {
  const child = spawn(process.execPath, [join(packageRoot, "dist", "cli", "diagnosis", "native-info.js")], {
    env: programEnvironment(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<string>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status, signal) => resolve(signal ?? `status ${status}`));
  });
  const [output, errors, end] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (end === "status 0") return JSON.parse(output);
  throw new OptimbenchError(
    "LIBTORCH",
    errors.trim() || `The process that loaded libtorch ended with ${end}. ${RELOAD_ADVICE}`,
  );
}
