import { createHash, randomUUID } from "node:crypto";
import { readlinkSync } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { identityOf, isAlive } from "./process-identity.js";

/** Contains the machine, the process id and its start time, so that files of a killed process can be recognised. */
const NAME = /^\.optimbench-([0-9a-f]{8})-(\d+)-([\w-]*)-[0-9a-f]{8}(?:\..+)?$/;

const MILLISECONDS_PER_DAY = 86_400_000;

/**
 * A new hidden name of less than 100 bytes, independent of the final name.
 *
 * @param ending what follows, from a dot, for files that a later process recognises
 */
export const temporaryName = (ending = ""): string => `${prefix()}-${randomUUID().slice(0, 8)}${ending}`;

/** Whether the name comes from `temporaryName`, in any process. */
export const isTemporary = (name: string): boolean => NAME.test(name);

/** Removes the temporary files of killed processes in a folder. */
export async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await leftovers(folder)) await rm(join(folder, name), { recursive: true, force: true });
}

/** The names of the temporary files of killed processes in a folder. */
export async function leftovers(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []); // a folder may be writable but not readable
  const found: string[] = [];
  for (const name of names.filter(isTemporary)) if (await isLeftover(folder, name)) found.push(name);
  return found;
}

async function isLeftover(folder: string, name: string): Promise<boolean> {
  const [, where, pid, start] = NAME.exec(name)!;
  if (where === machine() && start !== "")
    return !isAlive({ pid: Number(pid), start: Buffer.from(start!, "base64url").toString() });
  // Processes of another machine cannot be checked, but no file takes a day to write.
  const found = await stat(join(folder, name)).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > MILLISECONDS_PER_DAY;
}

const prefix = once(() => {
  const { pid, start } = identityOf(process.pid);
  return `.optimbench-${machine()}-${pid}-${Buffer.from(start).toString("base64url")}`;
});

/** The machine or container that a process id belongs to. */
const machine = once(() =>
  createHash("sha256").update(`${hostname()} ${processNamespace()}`).digest("hex").slice(0, 8),
);

function processNamespace(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return "";
  }
}

function once<Value>(compute: () => Value): () => Value {
  let value: Value | undefined;
  return () => {
    value ??= compute();
    return value;
  };
}
