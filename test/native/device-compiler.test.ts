import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { runtimeLibraries } from "../../src/install/runtime-libraries.js";
import { nativeInfo } from "../../src/native/addon.js";
import { GPU } from "../simulated-gpu.js";
import { checkClose, runOn } from "./device-runs.js";

vi.mock(import("../../src/install/runtime-libraries.js"), async (original) =>
  (await import("../simulated-gpu.js")).simulatedGpu(original),
);

afterEach(() => void vi.unstubAllEnvs());

/** What a separate process says about kernels for the simulated GPU. */
function whyNoKernels(variables: Readonly<Record<string, string>>) {
  const { addon, ...libraries } = runtimeLibraries();
  const program = `
    const native = require(${JSON.stringify(addon)});
    native.open(${JSON.stringify(libraries)});
    console.log(JSON.stringify(native.info()));
  `;
  const env = { ...process.env, ...variables };
  const { stdout, stderr } = spawnSync(process.execPath, ["-e", program], { encoding: "utf8", env });
  expect(stderr).toBe("");
  return JSON.parse(stdout).whyNoKernels;
}

describe("whether kernels are compiled", () => {
  it("is known before a run", () => {
    expect(nativeInfo()).not.toHaveProperty("whyNoKernels");
    expect(whyNoKernels({})).toBeUndefined();
  });

  it("and why not", () => {
    expect(whyNoKernels({ CXX: "/nowhere/c++" })).toBe("the host has no C++ compiler");
    expect(whyNoKernels({ OPTIMBENCH_KERNELS: "reference" })).toBe("OPTIMBENCH_KERNELS=reference");
  });
});

describe("kernels of the simulated GPU", () => {
  let folder: string;
  const libraries = () => join(folder, `optimbench-simulated-${userInfo().uid}`);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "optimbench-"));
    vi.stubEnv("TMPDIR", folder);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("are not loaded from a folder that others can write", async () => {
    mkdirSync(libraries());
    chmodSync(libraries(), 0o777);
    await expect(runOn(GPU)).rejects.toThrow(/must be a folder that only this user can write/);
  });

  it("are errors if the compiler rejects them, and later runs are not concerned", async () => {
    vi.stubEnv("CXX", "ls"); // knows --version, and no other option
    await expect(runOn(GPU)).rejects.toThrow(
      /the kernel '\w+' could not be compiled: the host's compiler rejects a kernel: ls: [\s\S]*\nOPTIMBENCH_KERNELS=reference runs/,
    );
    vi.stubEnv("OPTIMBENCH_KERNELS", "reference");
    const byOperators = await runOn(GPU);
    vi.stubEnv("OPTIMBENCH_KERNELS", "");
    vi.stubEnv("CXX", "");
    const byKernels = await runOn(GPU);
    expect([byOperators.said, byKernels.said]).toEqual([["recorded"], ["recorded"]]);
    checkClose({}, byKernels, byOperators);
    expect(statSync(libraries()).mode & 0o777).toBe(0o700);
  });
});
