import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { cacheFolder } from "../../src/system/cache-folder.js";

afterEach(() => void vi.unstubAllEnvs());

const usual = join(
  homedir(),
  ...(process.platform === "darwin" ? ["Library", "Caches"] : [".cache"]),
  "optimbench",
);

test.each([
  ["OPTIMBENCH_CACHE before all", "/own", "/xdg", "/own"],
  ["OPTIMBENCH_CACHE made absolute", "own", "", resolve("own")],
  ["XDG_CACHE_HOME next", "", "/xdg", "/xdg/optimbench"],
  ["a relative XDG_CACHE_HOME ignored", "", "xdg", usual],
  ["the system's usual place", "", "", usual],
])("%s", (_, own, xdg, expected) => {
  vi.stubEnv("OPTIMBENCH_CACHE", own);
  vi.stubEnv("XDG_CACHE_HOME", xdg);
  expect(cacheFolder()).toBe(expected);
});

test.each(["", "x", "../libtorch/x"])("HOME=%j never leads to the working directory", (home) => {
  for (const name of ["OPTIMBENCH_CACHE", "XDG_CACHE_HOME"]) vi.stubEnv(name, "");
  vi.stubEnv("HOME", home);
  expect(isAbsolute(cacheFolder())).toBe(true);
  expect(cacheFolder().startsWith(process.cwd())).toBe(false);
});
