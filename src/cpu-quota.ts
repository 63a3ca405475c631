import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * How many CPUs' worth of time the control group of this process may use (1.5 = one and a half), as set for containers
 * and services; undefined where nothing limits it. Reads versions 1 and 2 of Linux' control groups.
 *
 * @param root of the file system, for tests
 */
export function cpuQuota(root = "/"): number | undefined {
  const quotas = ownGroups(root).flatMap(({ mounts, path }) =>
    mounts.flatMap((mount) => quotasUpwards(mount, path)),
  );
  return quotas.length > 0 ? Math.min(...quotas) : undefined;
}

/** The groups that govern this process' CPU time, and where their trees may be mounted. */
function ownGroups(root: string): { mounts: string[]; path: string }[] {
  const base = join(root, "sys/fs/cgroup");
  return (read(join(root, "proc/self/cgroup")) ?? "").split("\n").flatMap((line) => {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) return [];
    if (controllers === "") return [{ mounts: [base, join(base, "unified")], path }];
    return controllers.split(",").includes("cpu")
      ? [{ mounts: [join(base, "cpu"), join(base, controllers)], path }]
      : [];
  });
}

/** A group is bound by its parents too. Inside a container the path may be the host's, and only the tree's root exists. */
function quotasUpwards(mount: string, path: string): number[] {
  const quotas: number[] = [];
  for (let group = path; ; group = dirname(group)) {
    const quota = quotaOf(join(mount, group));
    if (quota !== undefined) quotas.push(quota);
    if (group === "/" || group === ".") return quotas;
  }
}

function quotaOf(folder: string): number | undefined {
  const [quota, period] = (
    read(join(folder, "cpu.max")) ??
    `${read(join(folder, "cpu.cfs_quota_us"))} ${read(join(folder, "cpu.cfs_period_us"))}`
  )
    .split(" ")
    .map(Number); // "max" and -1 stand for no limit.
  return quota !== undefined && period !== undefined && quota > 0 && period > 0 ? quota / period : undefined;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return undefined;
  }
}
