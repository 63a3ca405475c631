import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, vi } from "vitest";

/**
 * Gives each test an empty folder of its own, an empty cache, and an environment in which nothing is found:
 * no libtorch named, and a PATH with nothing on it but what the test puts into `<folder>/bin`.
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

/** Puts a program on the PATH of the test: the body of a shell script. */
export function writeProgram(path: string, body: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
}
