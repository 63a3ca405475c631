import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { makeFolder } from "../system/make-folder.js";
import { identityOf, isAlive, type ProcessIdentity } from "../system/process-identity.js";
import { removeLeftovers, temporaryName } from "../system/temporary-file.js";

/**
 * A lock that is held as long as the setup or a program that it started runs. Packages such as proper-lockfile renew a time
 * stamp from within the holder, so a killed setup would lose its lock while its compiler still writes.
 */

interface Holder {
  readonly host: string;
  /** The setup, and the program that it runs, which may outlive a killed setup and must end first. */
  readonly processes: readonly ProcessIdentity[];
}

const holderSchema: z.ZodType<Holder> = z.object({
  host: z.string(),
  processes: z.array(z.object({ pid: z.int(), start: z.string() })),
});

/** Held while a setup changes shared files. */
export interface SetupLock {
  /** Adds a program that works on behalf of this setup. */
  readonly adopt: (pid: number | undefined) => void;
}

/**
 * Runs `work` while holding the lock file at `path`. Waits for another holder, and takes the lock over from a dead one.
 *
 * @param onWait called once with a message that names the holder
 */
export async function withLock<Result>(
  path: string,
  onWait: (message: string) => void,
  work: (lock: SetupLock) => Promise<Result>,
): Promise<Result> {
  makeFolder(dirname(path));
  await removeLeftovers(dirname(path));
  const self = identityOf(process.pid);
  for (let announced = false; !take(path, holderText(self)); ) {
    const holder = readHolder(path);
    if (holder === undefined) continue; // released in the meantime
    if (isGone(holder.parsed)) takeAway(path, holder.text);
    else {
      if (!announced) onWait(waitMessage(holder.parsed, path));
      announced = true;
      await sleep(500);
    }
  }
  try {
    return await work({
      adopt: (pid) => {
        if (pid === undefined) return;
        const aside = asideOf(path);
        writeFileSync(aside, holderText(self, identityOf(pid)));
        renameSync(aside, path);
      },
    });
  } finally {
    rmSync(path, { force: true });
  }
}

const holderText = (...processes: ProcessIdentity[]) =>
  JSON.stringify({ host: hostname(), processes } satisfies Holder);

const asideOf = (path: string) => join(dirname(path), temporaryName());

/** Creates the lock file with this text; false if it exists. A hard link is atomic and fails if the name exists. */
function take(path: string, text: string): boolean {
  const aside = asideOf(path);
  writeFileSync(aside, text);
  try {
    linkSync(aside, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(aside);
  }
}

function readHolder(path: string): { text: string; parsed: Holder } | undefined {
  try {
    const text = readFileSync(path, "utf8");
    return { text, parsed: parseHolder(text) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** A file that cannot be parsed (such as after a power failure) names no holder. */
function parseHolder(text: string): Holder {
  try {
    return holderSchema.parse(JSON.parse(text));
  } catch {
    return { host: hostname(), processes: [] };
  }
}

const isGone = (holder: Holder) => holder.host === hostname() && !holder.processes.some(isAlive);

/** Moves a dead holder's file aside. If another holder has replaced it in the meantime, puts that file back. */
function takeAway(path: string, expected: string): void {
  const aside = asideOf(path);
  try {
    renameSync(path, aside);
  } catch {
    return; // another waiter was faster
  }
  const text = readFileSync(aside, "utf8");
  if (text !== expected) take(path, text);
  rmSync(aside);
}

function waitMessage({ host, processes }: Holder, path: string): string {
  const who = `process ${processes.map(({ pid }) => pid).join(", ")}`;
  return host === hostname()
    ? `Waiting for another setup (${who}) to finish ...`
    : `Waiting for a setup on ${host} (${who}) to finish; if it is gone, delete ${path}.`;
}
