import { groupLimits } from "./control-group.js";

/**
 * How many CPUs' worth of time the control group of this process may use (1.5 = one and a half), as set for containers
 * and services; undefined where nothing limits it.
 *
 * @param root of the file system, for tests
 */
export function cpuQuota(root = "/"): number | undefined {
  const quotas = groupLimits(
    "cpu",
    (read) => {
      const [quota, period] = (read("cpu.max") ?? `${read("cpu.cfs_quota_us")} ${read("cpu.cfs_period_us")}`)
        .split(" ")
        .map(Number); // "max" and -1 stand for no limit.
      return quota !== undefined && period !== undefined && quota > 0 && period > 0
        ? quota / period
        : undefined;
    },
    root,
  );
  return quotas.length > 0 ? Math.min(...quotas) : undefined;
}
