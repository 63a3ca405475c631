import { totalmem } from "node:os";
import { expect, test } from "vitest";
import { availableMemory, memoryHeld } from "../../src/system/memory-limit.js";
import { writeFiles } from "../install/fake-libtorch.js";
import { useTestFolder } from "../install/test-folder.js";

const folder = useTestFolder();
const MEMINFO = {
  "proc/meminfo": "MemTotal: 4000 kB\nMemFree: 10 kB\nMemAvailable:    3000 kB\nCached: 2990 kB\n",
};
const machine = { bytes: 3_072_000, of: totalmem(), source: "this machine" };
const group = (bytes: number, of: number) => ({ bytes, of, source: "the control group" });

const V2 = { ...MEMINFO, "proc/self/cgroup": "0::/user/job\n" };
const job = (name: string, text: string) => ({ [`sys/fs/cgroup/user/job/memory.${name}`]: text });
const V1 = { ...MEMINFO, "proc/self/cgroup": "3:memory:/box\n2:cpu,cpuacct:/box\n0::/\n" };
const box = (name: string, text: string) => ({ [`sys/fs/cgroup/memory/box/memory.${name}`]: text });

test.each<[string, Record<string, string>, object]>([
  [
    "no control groups: what is free, and what files take only as long as nobody else needs it",
    MEMINFO,
    machine,
  ],
  [
    "version 2: the limit without what is used, but for files that need not stay in memory",
    {
      ...V2,
      ...job("max", "2000000\n"),
      ...job("current", "1500000\n"),
      ...job(
        "stat",
        "anon 300000\nfile 1100000\ninactive_file 900000\nactive_file 100000\nslab_reclaimable 50000\n",
      ),
    },
    group(1_550_000, 2_000_000),
  ],
  [
    "version 2 without statistics",
    { ...V2, ...job("max", "2000000"), ...job("current", "400000") },
    group(1_600_000, 2_000_000),
  ],
  ["version 2 without a limit", { ...V2, ...job("max", "max\n"), ...job("current", "5000000\n") }, machine],
  [
    "a limit above what the machine has left",
    { ...V2, ...job("max", "8000000\n"), ...job("current", "0\n") },
    machine,
  ],
  ["a group above its limit", { ...V2, ...job("max", "1000"), ...job("current", "1001") }, group(0, 1000)],
  [
    "the tightest of a group and its parents",
    {
      ...V2,
      ...job("max", "1000000"),
      ...job("current", "100000"),
      "sys/fs/cgroup/user/memory.max": "1200000",
      "sys/fs/cgroup/user/memory.current": "1100000",
    },
    group(100_000, 1_200_000),
  ],
  [
    "version 1, whose statistics tell a group from all in it",
    {
      ...V1,
      ...box("limit_in_bytes", "500000\n"),
      ...box("usage_in_bytes", "450000\n"),
      ...box(
        "stat",
        "inactive_file 1000\nactive_file 0\ntotal_inactive_file 200000\ntotal_active_file 100000\n",
      ),
    },
    group(350_000, 500_000),
  ],
  [
    "version 1 without a limit",
    { ...V1, ...box("limit_in_bytes", "9223372036854771712\n"), ...box("usage_in_bytes", "450000\n") },
    machine,
  ],
])("%s", (_, files, expected) => expect(availableMemory(writeFiles(folder.path(), files))).toEqual(expected));

test("without information from the system, counts all memory that the process does not hold", () => {
  const { bytes, of } = availableMemory(writeFiles(folder.path(), {}));
  expect(of).toBe(totalmem());
  expect(bytes).toBeLessThan(of);
  expect(bytes).toBeGreaterThan(of - 2 * memoryHeld());
});

test("the memory that a process holds grows with its allocations", () => {
  const before = memoryHeld();
  const taken = new Uint8Array(50e6).fill(1);
  expect(memoryHeld() - before).toBeGreaterThan(0.9 * taken.length);
});
