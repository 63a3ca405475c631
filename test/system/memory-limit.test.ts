import { totalmem } from "node:os";
import { expect, test } from "vitest";
import { memoryHeld, memoryLimit } from "../../src/system/memory-limit.js";
import { writeFiles } from "../install/fake-libtorch.js";
import { useTestFolder } from "../install/test-folder.js";

const folder = useTestFolder();
const V2 = { "proc/self/cgroup": "0::/user/job\n" };
const V1 = { "proc/self/cgroup": "3:memory:/box\n2:cpu,cpuacct:/box\n0::/\n" };
const machine = { bytes: totalmem(), source: "this machine's memory" };
const group = (bytes: number) => ({ bytes, source: "the control group's limit" });

test.each<[string, Record<string, string>, object]>([
  ["no control groups", {}, machine],
  ["version 2", { ...V2, "sys/fs/cgroup/user/job/memory.max": "536870912\n" }, group(536_870_912)],
  ["version 2 without a limit", { ...V2, "sys/fs/cgroup/user/job/memory.max": "max\n" }, machine],
  [
    "the tightest of a group and its parents",
    { ...V2, "sys/fs/cgroup/user/job/memory.max": "400000000", "sys/fs/cgroup/user/memory.max": "300000000" },
    group(300_000_000),
  ],
  [
    "version 1",
    { ...V1, "sys/fs/cgroup/memory/box/memory.limit_in_bytes": "500000000\n" },
    group(500_000_000),
  ],
  [
    "version 1 without a limit",
    { ...V1, "sys/fs/cgroup/memory/box/memory.limit_in_bytes": "9223372036854771712\n" },
    machine,
  ],
])("%s", (_, files, expected) => expect(memoryLimit(writeFiles(folder.path(), files))).toEqual(expected));

test("what a process holds grows with what it takes", () => {
  const before = memoryHeld();
  const taken = new Uint8Array(50e6).fill(1);
  expect(memoryHeld() - before).toBeGreaterThan(0.9 * taken.length);
});
