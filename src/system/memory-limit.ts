import { totalmem } from "node:os";
import { groupLimits } from "./control-group.js";
import { readText } from "./read-text.js";

/** The memory that is available to this process. */
export interface AvailableMemory {
  readonly bytes: number;
  /** The total memory. */
  readonly of: number;
  /** What limits it. */
  readonly source: "this machine" | "the control group";
}

/**
 * The available memory of the machine or of the process' control group, whichever is less. The file cache counts as available,
 * as in the kernel's MemAvailable.
 *
 * @param root the root of the file system, for tests
 */
export function availableMemory(root = "/"): AvailableMemory {
  const groups = groupLimits("memory", groupMemory, root);
  return groups.reduce((least, group) => (group.bytes < least.bytes ? group : least), machineMemory(root));
}

/** The machine's memory. If the system does not report what is available, everything that this process does not hold is. */
function machineMemory(root: string): AvailableMemory {
  const of = totalmem();
  const kilobytes = numberAfter("MemAvailable:", readText(`${root}/proc/meminfo`));
  return {
    bytes: kilobytes === undefined ? of - memoryHeld() : 1024 * kilobytes,
    of,
    source: "this machine",
  };
}

function groupMemory(read: (file: string) => string | undefined): AvailableMemory | undefined {
  const of = Number(read("memory.max") ?? read("memory.limit_in_bytes"));
  if (!(of > 0)) return undefined; // "max" means no limit
  const used = Number(read("memory.current") ?? read("memory.usage_in_bytes") ?? memoryHeld());
  const statistics = read("memory.stat");
  const prefix = statistics?.includes("\ntotal_") ? "total_" : ""; // version 1: including child groups
  const reclaimable = ["inactive_file", "active_file", "slab_reclaimable"]
    .map((name) => numberAfter(prefix + name, statistics) ?? 0)
    .reduce((sum, bytes) => sum + bytes);
  return { bytes: Math.max(0, of - Math.max(0, used - reclaimable)), of, source: "the control group" };
}

/** Bytes that this process holds, except the code of libraries, which the system can drop. */
export function memoryHeld(): number {
  const kilobytes = numberAfter("RssAnon:", readText("/proc/self/status"));
  return kilobytes === undefined ? process.memoryUsage.rss() : 1024 * kilobytes; // not Linux
}

/** The number in the line that begins with `name`. */
function numberAfter(name: string, text: string | undefined): number | undefined {
  const found = text?.match(new RegExp(`^${name}\\s+(\\d+)`, "m"))?.[1];
  return found === undefined ? undefined : Number(found);
}
