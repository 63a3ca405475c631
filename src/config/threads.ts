import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

/** Threads to train with by default: the cores this process may use, a container's CPU quota included. */
export const defaultThreads = (): number =>
  Math.max(1, Math.min(availableParallelism(), Math.ceil(cpuQuota() ?? Number.POSITIVE_INFINITY)));

/** Cores' worth of time that this process's control group may use, where it is limited (Linux, cgroup v1 and v2). */
export function cpuQuota(): number | undefined {
  const quotas = groups().flatMap(({ controllers, path }) => {
    if (controllers === "") return quotasAlong("/sys/fs/cgroup", path, (folder) => words(`${folder}/cpu.max`));
    if (!controllers.split(",").includes("cpu")) return [];
    return quotasAlong("/sys/fs/cgroup/cpu", path, (folder) => [
      ...words(`${folder}/cpu.cfs_quota_us`),
      ...words(`${folder}/cpu.cfs_period_us`),
    ]);
  });
  return quotas.length === 0 ? undefined : Math.min(...quotas);
}

/** The lines of /proc/self/cgroup, "id:controllers:path". */
const groups = () =>
  lines("/proc/self/cgroup").flatMap((line) => {
    const match = /^\d+:([^:]*):(\/.*)$/.exec(line);
    return match === null ? [] : [{ controllers: match[1]!, path: match[2]! }];
  });

/** A group is limited by each group above it too. In a container the path may name folders outside of it: those are skipped. */
function quotasAlong(root: string, path: string, read: (folder: string) => readonly string[]): number[] {
  const names = path.split("/").filter((name) => name !== "");
  return names.concat("").flatMap((_, depth) => {
    const [quota, period] = read([root, ...names.slice(0, depth)].join("/")).map(Number);
    return quota !== undefined && period !== undefined && quota > 0 && period > 0 ? [quota / period] : [];
  });
}

const words = (file: string) => lines(file).flatMap((line) => line.split(/\s+/));

function lines(file: string): string[] {
  try {
    return readFileSync(file, "utf8").split("\n").filter((line) => line !== "");
  } catch {
    return [];
  }
}
