import { availableParallelism } from "node:os";
import { beforeEach, expect, it, vi } from "vitest";

const quota = vi.hoisted(() => ({ cpus: undefined as number | undefined }));
vi.mock("../../src/cpu-quota.js", () => ({ cpuQuota: () => quota.cpus }));
const { defaultThreads } = await import("../../src/config/threads.js");

beforeEach(() => {
  quota.cpus = undefined;
});

it("is the number of cores this process may use", () => {
  expect(defaultThreads()).toBe(availableParallelism());
});

it("is not more than a quota of CPU time allows, and at least one", () => {
  quota.cpus = 0.4;
  expect(defaultThreads()).toBe(1);
  quota.cpus = 1000;
  expect(defaultThreads()).toBe(availableParallelism());
});
