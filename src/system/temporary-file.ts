import { createHash, randomUUID } from "node:crypto";
import { readlinkSync } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { identityOf, isAlive } from "./process-identity.js";

/** The machine, the process and when it started, so that a killed process's leftovers can be recognised. */
const NAME = /^\.optimbench-([0-9a-f]{8})-(\d+)-([\w-]*)-[0-9a-f]{8}$/;

const MILLISECONDS_PER_DAY = 86_400_000;

/** A new hidden name, of under 100 bytes however long the name is that the file will have. */
export const temporaryName = (): string => `${prefix()}-${randomUUID().slice(0, 8)}`;

/** Whether `temporaryName` made the name, in this process or another. */
export const isTemporary = (name: string): boolean => NAME.test(name);

/** Removes what killed processes left in a folder. */
export async function removeLeftovers(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []); // a folder may take files and not be readable
  for (const name of names.filter(isTemporary))
    if (await isLeftover(folder, name)) await rm(join(folder, name), { recursive: true, force: true });
}

async function isLeftover(folder: string, name: string): Promise<boolean> {
  const [, where, pid, start] = NAME.exec(name)!;
  if (where === machine() && start !== "")
    return !isAlive({ pid: Number(pid), start: Buffer.from(start!, "base64url").toString() });
  // Nobody knows whether a process of another machine lives, but no file takes a day to write.
  const found = await stat(join(folder, name)).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > MILLISECONDS_PER_DAY;
}

const prefix = once(() => {
  const { pid, start } = identityOf(process.pid);
  return `.optimbench-${machine()}-${pid}-${Buffer.from(start).toString("base64url")}`;
});

/** The machine, or the container of it, in which a process number counts. */
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
