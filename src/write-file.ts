import { randomUUID } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { OptimbenchError } from "./errors.js";

/**
 * Writes a file whole or not at all, and makes its folder where there is none:
 * the data goes to a temporary name beside it, reaches the disk, then takes the real name.
 *
 * @throws OptimbenchError (DATA) that names the file and the reason
 */
export async function writeFileAtomically(
  path: string,
  data: string | Uint8Array | Iterable<string>,
): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(temporary, data, { flush: true, flag: "wx" });
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {});
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OptimbenchError(
      "DATA",
      `Cannot write ${path}: ${reason}. Choose a folder that can be written to and has space left.`,
      { cause },
    );
  }
}
