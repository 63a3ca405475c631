import { mkdtemp, rmdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { OptimbenchError } from "../errors.js";

/**
 * Writes a result that took long to compute. If that fails, writes it to the system's temporary folder instead.
 *
 * @throws OptimbenchError the error of `write`, with the path of the saved result added
 */
export async function keepResult(path: string, write: (path: string) => Promise<void>): Promise<void> {
  try {
    await write(path);
  } catch (error) {
    if (!(error instanceof OptimbenchError)) throw error;
    const kept = await writeElsewhere(basename(path), write);
    if (kept === undefined) throw error;
    throw new OptimbenchError(error.code, `${error.message} The result was saved to ${kept}.`, {
      cause: error,
      path: error.path,
    });
  }
}

async function writeElsewhere(
  name: string,
  write: (path: string) => Promise<void>,
): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), "optimbench-")).catch(() => undefined);
  if (folder === undefined) return undefined;
  try {
    await write(join(folder, name));
    return join(folder, name);
  } catch {
    await rmdir(folder).catch(() => {});
    return undefined;
  }
}
