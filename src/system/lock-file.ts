import { linkSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { z } from "zod";
import { identityOf, isAlive, type ProcessIdentity } from "./process-identity.js";
import { temporaryName } from "./temporary-file.js";

/**
 * A lock file that names its holder, so that a killed holder is recognised. Packages such as proper-lockfile renew a time stamp
 * from within the holder, so a killed holder would lose its lock while a program that it started still writes.
 */

/** Who holds a lock. */
export interface Holder {
  readonly host: string;
  /** The holder, and programs that work on its behalf. The lock is held as long as one of them runs. */
  readonly processes: readonly ProcessIdentity[];
}

const holderSchema: z.ZodType<Holder> = z.object({
  host: z.string(),
  processes: z.array(z.object({ pid: z.int(), start: z.string() })),
});

let self: ProcessIdentity | undefined;

/** This process, and another one that it started. */
export const holderOf = (...others: ProcessIdentity[]): Holder => {
  self ??= identityOf(process.pid);
  return { host: hostname(), processes: [self, ...others] };
};

/**
 * Takes a lock, also from a dead holder. Processes of another host cannot be checked: their locks count as abandoned if they were
 * not renewed for `staleAfter` milliseconds.
 *
 * @returns undefined if the lock was taken, otherwise its holder
 */
export function takeLock(path: string, staleAfter = Number.POSITIVE_INFINITY): Holder | undefined {
  const text = JSON.stringify(holderOf());
  while (!create(path, text)) {
    const found = readHolder(path);
    if (found === undefined) continue; // released in the meantime
    if (!isGone(found.holder) && !isStale(path, found.holder, staleAfter)) return found.holder;
    takeAway(path, found.text);
  }
  return undefined;
}

/** Changes the holder of a lock that this process holds. */
export function passLock(path: string, holder: Holder): void {
  const aside = asideOf(path);
  writeFileSync(aside, JSON.stringify(holder));
  renameSync(aside, path);
}

/** Shows other hosts that this process still holds a lock. */
export function renewLock(path: string): void {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {
    // another host took it over
  }
}

export const releaseLock = (path: string): void => rmSync(path, { force: true });

/** "process 123", or "process 123 on node-7" */
export function holderText({ host, processes }: Holder): string {
  const who = `process ${processes.map(({ pid }) => pid).join(", ")}`;
  return host === hostname() ? who : `${who} on ${host}`;
}

const asideOf = (path: string) => join(dirname(path), temporaryName());

/** Creates the lock file with this text; false if it exists. A hard link is atomic and fails if the name exists. */
function create(path: string, text: string): boolean {
  const aside = asideOf(path);
  try {
    writeFileSync(aside, text);
    linkSync(aside, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function readHolder(path: string): { text: string; holder: Holder } | undefined {
  try {
    const text = readFileSync(path, "utf8");
    return { text, holder: parseHolder(text) };
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

function isStale(path: string, { host }: Holder, staleAfter: number): boolean {
  if (host === hostname()) return false;
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && Date.now() - found.mtimeMs > staleAfter;
}

/** Moves a dead holder's file aside. If another holder has replaced it in the meantime, puts that file back. */
function takeAway(path: string, expected: string): void {
  const aside = asideOf(path);
  try {
    renameSync(path, aside);
  } catch {
    return; // another waiter was faster
  }
  const text = readFileSync(aside, "utf8");
  if (text !== expected) create(path, text);
  rmSync(aside);
}
