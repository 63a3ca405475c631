import { expect, test } from "vitest";
import { cpuQuota } from "../../src/system/cpu-quota.js";
import { writeFiles } from "../install/fake-libtorch.js";
import { useTestFolder } from "../install/test-folder.js";

const folder = useTestFolder();
const quota = (files: Record<string, string>) => cpuQuota(writeFiles(folder.path(), files));
const V2 = { "proc/self/cgroup": "0::/user/job\n" };
const V1 = { "proc/self/cgroup": "3:memory:/box\n2:cpu,cpuacct:/box\n0::/\n" };

test.each<[string, Record<string, string>, number | undefined]>([
  ["no control groups", {}, undefined],
  ["version 2", { ...V2, "sys/fs/cgroup/user/job/cpu.max": "150000 100000\n" }, 1.5],
  ["version 2 without a limit", { ...V2, "sys/fs/cgroup/user/job/cpu.max": "max 100000\n" }, undefined],
  [
    "the tightest of a group and its parents",
    {
      ...V2,
      "sys/fs/cgroup/user/job/cpu.max": "400000 100000",
      "sys/fs/cgroup/user/cpu.max": "200000 100000",
    },
    2,
  ],
  [
    "a container's own root",
    { "proc/self/cgroup": "0::/docker/abc", "sys/fs/cgroup/cpu.max": "50000 100000" },
    0.5,
  ],
  ["version 2 beside version 1", { ...V2, "sys/fs/cgroup/unified/user/job/cpu.max": "300000 100000" }, 3],
  [
    "version 1",
    {
      ...V1,
      "sys/fs/cgroup/cpu,cpuacct/box/cpu.cfs_quota_us": "250000\n",
      "sys/fs/cgroup/cpu,cpuacct/box/cpu.cfs_period_us": "100000\n",
    },
    2.5,
  ],
  [
    "version 1 without a limit",
    {
      ...V1,
      "sys/fs/cgroup/cpu/box/cpu.cfs_quota_us": "-1",
      "sys/fs/cgroup/cpu/box/cpu.cfs_period_us": "100000",
    },
    undefined,
  ],
])("%s", (_, files, expected) => expect(quota(files)).toBe(expected));
