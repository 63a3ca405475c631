import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { afterEach, expect, test, vi } from "vitest";
import { nativeInfo } from "../../src/native/addon.js";
import { environment, glibcVersion } from "../../src/study/environment.js";

test("describes versions and machine as plain data", () => {
  const here = environment();
  const { version } = JSON.parse(readFileSync("package.json", "utf8"));
  expect(here).toMatchObject({ optimbench: version, node: process.versions.node, arch: process.arch });
  expect(here).toMatchObject({ libtorch: null, instructionSet: null, kernels: null, devices: [] });
  expect(JSON.parse(JSON.stringify(here))).toEqual(here);
  expect(here.threads).toBeGreaterThan(0);
  expect(here).not.toHaveProperty("gpus");
});

test("includes information from native code", () => {
  const native = {
    torch: "2.15.0",
    instructionSet: "AVX512",
    kernels: "avx512",
    devices: ["cpu", "cuda:0"],
    hardwareThreads: 2,
  } as const;
  expect(environment(native)).toMatchObject({
    libtorch: "2.15.0",
    instructionSet: "AVX512",
    kernels: "avx512",
    devices: ["cpu", "cuda:0"],
    gpus: expect.any(Array),
    gpuKernels: "compiled",
  });
  expect(environment({ ...native, whyNoKernels: "no compiler" }).gpuKernels).toBe("reference");
  expect(environment({ ...native, devices: ["cpu"] })).not.toHaveProperty("gpuKernels");
});

afterEach(() => void vi.unstubAllEnvs());

test.runIf(process.platform === "linux")(
  "reports the kernels that OPTIMBENCH_KERNELS and the processor select",
  () => {
    const kernels = (asked: string) => {
      vi.stubEnv("OPTIMBENCH_KERNELS", asked);
      return environment(nativeInfo()).kernels;
    };
    const has = (flag: string) => new RegExp(`^flags.* ${flag}\\b`, "m").test(processor);
    const processor = readFileSync("/proc/cpuinfo", "utf8");
    const narrow = has("avx2") ? "avx2" : "baseline";
    const widest = has("avx512vl") ? "avx512" : narrow;
    expect(["reference", "baseline", "avx2", "avx512", ""].map(kernels)).toEqual([
      ...["reference", "baseline", narrow, widest, widest],
    ]);
    expect(() => kernels("avx")).toThrow(
      expect.objectContaining({ code: "NATIVE", message: expect.stringContaining("is 'avx'; it can be") }),
    );
  },
);

test.runIf(process.platform === "linux" && glibcVersion() !== undefined)(
  "reports the C library's version",
  () => {
    expect(execFileSync("getconf", ["GNU_LIBC_VERSION"], { encoding: "utf8" }).trim()).toBe(
      `glibc ${glibcVersion()}`,
    );
  },
);
