import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { environment, glibcVersion } from "../src/environment.js";

test("names versions and machine, as plain data", () => {
  const here = environment();
  const { version } = JSON.parse(readFileSync("package.json", "utf8"));
  expect(here).toMatchObject({ optimbench: version, node: process.versions.node, arch: process.arch });
  expect(here).toMatchObject({ libtorch: null, instructionSet: null, devices: [] });
  expect(JSON.parse(JSON.stringify(here))).toEqual(here);
  expect(here.threads).toBeGreaterThan(0);
});

test("takes over what the native side found", () => {
  const native = {
    torch: "2.15.0",
    instructionSet: "AVX512",
    devices: ["cpu", "cuda:0"],
    hardwareThreads: 2,
  };
  expect(environment(native)).toMatchObject({
    libtorch: "2.15.0",
    instructionSet: "AVX512",
    devices: ["cpu", "cuda:0"],
  });
});

test.runIf(process.platform === "linux" && glibcVersion() !== undefined)(
  "gives the C library's own version",
  () => {
    expect(execFileSync("getconf", ["GNU_LIBC_VERSION"], { encoding: "utf8" }).trim()).toBe(
      `glibc ${glibcVersion()}`,
    );
  },
);
