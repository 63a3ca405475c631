import { totalmem } from "node:os";
import { groupLimits } from "./control-group.js";
import { readText } from "./read-text.js";

/** The memory that this process can still take. */
export interface AvailableMemory {
  readonly bytes: number;
  /** What there is in all. */
  readonly of: number;
  /** What sets it. */
  readonly source: "this machine" | "the control group";
}

/**
 * What the machine has left, or the process' control group, whichever is less. Files that the system keeps in memory only
 * because nobody else needs it count as available, as the kernel counts them (MemAvailable).
 *
 * @param root of the file system, for tests
 */
export function availableMemory(root = "/"): AvailableMemory {
  const groups = groupLimits("memory", groupMemory, root);
  return groups.reduce((least, group) => (group.bytes < least.bytes ? group : least), machineMemory(root));
}

/** Where the system does not say what is available, all that this process does not hold itself. */
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
  if (!(of > 0)) return undefined; // "max" stands for no limit
  const used = Number(read("memory.current") ?? read("memory.usage_in_bytes") ?? memoryHeld());
  const statistics = read("memory.stat");
  const prefix = statistics?.includes("\ntotal_") ? "total_" : ""; // version 1: with the groups below
  const reclaimable = ["inactive_file", "active_file", "slab_reclaimable"]
    .map((name) => numberAfter(prefix + name, statistics) ?? 0)
    .reduce((sum, bytes) => sum + bytes);
  return { bytes: Math.max(0, of - Math.max(0, used - reclaimable)), of, source: "the control group" };
}

/** Bytes that this process holds and that nothing but its end or its freeing them gives back: not the code of libraries. */
export function memoryHeld(): number {
  const kilobytes = numberAfter("RssAnon:", readText("/proc/self/status"));
  return kilobytes === undefined ? process.memoryUsage.rss() : 1024 * kilobytes; // not Linux
}

/** Of the line that begins with this name. */
function numberAfter(name: string, text: string | undefined): number | undefined {
  const found = text?.match(new RegExp(`^${name}\\s+(\\d+)`, "m"))?.[1];
  return found === undefined ? undefined : Number(found);
}
