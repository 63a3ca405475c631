import { groupLimits } from "./control-group.js";

/**
 * The CPU quota of this process' control group in CPUs (such as 1.5), as set for containers and services; undefined if there is
 * none.
 *
 * @param root the root of the file system, for tests
 */
export function cpuQuota(root = "/"): number | undefined {
  const quotas = groupLimits(
    "cpu",
    (read) => {
      const [quota, period] = (read("cpu.max") ?? `${read("cpu.cfs_quota_us")} ${read("cpu.cfs_period_us")}`)
        .split(" ")
        .map(Number); // "max" and -1 mean no limit
      return quota !== undefined && period !== undefined && quota > 0 && period > 0
        ? quota / period
        : undefined;
    },
    root,
  );
  return quotas.length > 0 ? Math.min(...quotas) : undefined;
}
