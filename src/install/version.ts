import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The libtorch that setup fetches and that prebuilt binaries are compiled for. */
export const PINNED_VERSION = "2.15.0";

/** The oldest libtorch that the native code compiles with. */
export const OLDEST_VERSION = "2.11";

/** "2.15" of "2.15.0+cpu". Binaries with equal major and minor version are compatible. */
export const majorMinor = (version: string): string => version.split(".").slice(0, 2).join(".");

/** Whether `version` is `oldest` or later, by major and minor version. */
export function isAtLeast(version: string, oldest: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number.parseFloat);
  const [oldestMajor = 0, oldestMinor = 0] = oldest.split(".").map(Number.parseFloat);
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}

/**
 * The version of the libtorch in `root`, such as "2.15.0+cu132", from version.py (the Python package), build-version (the
 * unpacked archive) or the headers. Undefined if none of them contains it.
 */
export function libtorchVersion(root: string): string | undefined {
  return (
    matchIn(join(root, "version.py"), /^__version__ *= *['"]([^'"]+)['"]/m) ??
    matchIn(join(root, "build-version"), /^(\d+\.\d+\S*)/) ??
    headerVersion(join(root, "include", "torch", "headeronly", "version.h"))
  );
}

function headerVersion(path: string): string | undefined {
  const numbers = ["MAJOR", "MINOR", "PATCH"].map((part) =>
    matchIn(path, new RegExp(`define TORCH_VERSION_${part} (\\d+)`)),
  );
  return numbers.includes(undefined) ? undefined : numbers.join(".");
}

function matchIn(path: string, pattern: RegExp): string | undefined {
  try {
    return pattern.exec(readFileSync(path, "utf8"))?.[1];
  } catch {
    return undefined; // no such file
  }
}
