import { availableParallelism } from "node:os";
import { beforeEach, expect, it, vi } from "vitest";
import { benchConfigSchema } from "../../src/bench/bench-config.js";
import { trainConfigSchema } from "../../src/config/train-config.js";

const machine = vi.hoisted(() => ({ cpus: undefined as number | undefined }));
const quota = vi.hoisted(() => ({ cpus: undefined as number | undefined }));
vi.mock("../../src/system/cpu-quota.js", () => ({ cpuQuota: () => quota.cpus }));
vi.mock("node:os", async (original) => {
  const os = await original<typeof import("node:os")>();
  return { ...os, availableParallelism: () => machine.cpus ?? os.availableParallelism() };
});
const { defaultThreads, MAX_THREADS } = await import("../../src/config/threads.js");

beforeEach(() => {
  machine.cpus = undefined;
  quota.cpus = undefined;
});

it("is the number of cores this process may use", () => {
  expect(defaultThreads()).toBe(availableParallelism());
});

it("is at most the CPU quota, and at least one", () => {
  quota.cpus = 0.4;
  expect(defaultThreads()).toBe(1);
  quota.cpus = 1000;
  expect(defaultThreads()).toBe(availableParallelism());
});

it("is at most the limit of a session, for any number of cores", () => {
  machine.cpus = 2000;
  expect(defaultThreads()).toBe(MAX_THREADS);
  quota.cpus = 3000;
  expect(defaultThreads()).toBe(MAX_THREADS);
});

it("has the same limit in every config", () => {
  const accepts = (threads: number) => [
    trainConfigSchema.safeParse({ threads }).success,
    benchConfigSchema.safeParse({ threads: [threads] }).success,
  ];
  expect(accepts(MAX_THREADS)).toEqual([true, true]);
  expect(accepts(MAX_THREADS + 1)).toEqual([false, false]);
});
