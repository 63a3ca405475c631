import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, vi } from "vitest";

/**
 * Gives each test an empty folder, an empty cache, and an environment in which nothing is found: OPTIMBENCH_LIBTORCH is unset,
 * and PATH contains only `<folder>/bin`.
 */
export function useTestFolder(): { path: (...segments: string[]) => string } {
  let folder = "";
  const realPath = process.env.PATH;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "optimbench-test-")));
    vi.stubEnv("OPTIMBENCH_LIBTORCH", "");
    vi.stubEnv("OPTIMBENCH_CACHE", join(folder, "cache"));
    vi.stubEnv("CXX", "");
    vi.stubEnv("PATH", join(folder, "bin"));
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    process.env.PATH = realPath;
    rmSync(folder, { recursive: true, force: true });
  });
  return { path: (...segments) => join(folder, ...segments) };
}

/** Adds a program to the PATH of the test, from the body of a shell script. */
export function writeProgram(path: string, body: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
}
