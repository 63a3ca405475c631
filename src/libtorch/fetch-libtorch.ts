import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { checkLibtorch } from "./check-libtorch.js";
import { cachedRoot, type Libtorch } from "./find-libtorch.js";
import { runPip } from "./pip.js";
import type { Setup } from "./setup.js";
import { unpackWheel } from "./unpack-wheel.js";
import { PINNED_VERSION } from "./version.js";
import { cudaRequirements, isNeeded, type Kind } from "./wheel-contents.js";

// Nothing of Python's own is taken from the wheel, so any Python's will do: this asks for one that every pip finds,
// also where the active Python is one that torch has no wheel for.
const ANY_PYTHON = ["--python-version", "3.12", "--only-binary=:all:"];

/**
 * Downloads the pinned wheel `torch` and the CUDA libraries it links, and unpacks what is needed into the cache.
 * To be called under the lock. The folder appears under its name when it is whole and checked.
 */
export async function fetchLibtorch(kind: Kind, python: string, setup: Setup): Promise<Libtorch> {
  const root = cachedRoot(kind); // Its sibling nvidia/ belongs to it: libtorch_cpu looks there by a relative path.
  const folder = dirname(root);
  const partial = join(dirname(folder), `.partial-${basename(folder)}`);
  const wheels = join(partial, "wheels");
  const download = (requirements: readonly string[], what: string) =>
    runPip(
      python,
      ["download", "--dest", wheels, ...ANY_PYTHON, ...requirements],
      partial,
      `download ${what}`,
      setup,
    );
  const unpackAll = async (into: string) => {
    for (const wheel of readdirSync(wheels)) {
      setup.log(`  Unpacking ${wheel}`);
      await unpackWheel(join(wheels, wheel), into, (name) => isNeeded(name, kind));
      rmSync(join(wheels, wheel));
    }
  };

  rmSync(partial, { recursive: true, force: true }); // What a killed set-up left.
  mkdirSync(wheels, { recursive: true });
  try {
    setup.log(
      `Fetching libtorch ${PINNED_VERSION} (${kind === "cuda" ? "with CUDA, about 3 GB" : "about 550 MB"}) ...`,
    );
    await download(["--no-deps", `torch==${PINNED_VERSION}`], `torch ${PINNED_VERSION}`);
    await unpackAll(partial);
    const others = cudaRequirements(readMetadata(partial), kind);
    if (others.length > 0) {
      await download(others, "the CUDA libraries that torch names");
      await unpackAll(partial);
    }
    rmSync(wheels, { recursive: true });
    const version = checkLibtorch(join(partial, "torch"), { forBuild: true, cuda: kind === "cuda" });
    rmSync(folder, { recursive: true, force: true });
    renameSync(partial, folder);
    return { root, rule: "cache", version };
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

function readMetadata(folder: string): string {
  const info = readdirSync(folder).find((name) => /^torch-.*\.dist-info$/.test(name));
  return info === undefined ? "" : readFileSync(join(folder, info, "METADATA"), "utf8");
}
