import { readFileSync } from "node:fs";
import { totalmem } from "node:os";
import { groupLimit } from "./control-group.js";

/** The most memory that this process may take. */
export interface MemoryLimit {
  readonly bytes: number;
  /** What sets it. */
  readonly source: "this machine's memory" | "the control group's limit";
}

/**
 * The machine's memory or the limit of this process' control group, whichever is less.
 *
 * @param root of the file system, for tests
 */
export function memoryLimit(root = "/"): MemoryLimit {
  const machine = totalmem();
  const group = groupLimit(
    "memory",
    (read) => {
      const bytes = Number(read("memory.max") ?? read("memory.limit_in_bytes") ?? Number.NaN);
      return bytes > 0 ? bytes : undefined; // "max" stands for no limit.
    },
    root,
  );
  return group !== undefined && group < machine
    ? { bytes: group, source: "the control group's limit" }
    : { bytes: machine, source: "this machine's memory" };
}

/** Bytes that this process holds and that nothing but its end or its freeing them gives back: not the code of libraries. */
export function memoryHeld(): number {
  try {
    const [, kilobytes] = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))!;
    return 1024 * Number(kilobytes);
  } catch {
    return process.memoryUsage.rss(); // not Linux
  }
}
