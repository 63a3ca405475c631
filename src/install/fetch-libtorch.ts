import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { makeFolder } from "../system/make-folder.js";
import { checkLibtorch } from "./check-libtorch.js";
import { downloadWheels } from "./download-wheels.js";
import { cachedRoot, type Libtorch } from "./find-libtorch.js";
import type { Setup } from "./setup-context.js";
import { unpackWheel } from "./unpack-wheel.js";
import { PINNED_VERSION } from "./version.js";
import { cudaRequirements, isNeeded, type Kind } from "./wheel-contents.js";
import { type RecordedFile, recordPath, recordText } from "./wheel-record.js";

// Only libtorch is used from the wheel, so the wheel for any Python version works. This version exists for every platform, even if
// torch has no wheel for the active Python.
const ANY_PYTHON = ["--python-version", "3.12"];

/**
 * Downloads the pinned wheel `torch` and the CUDA libraries that it links, and unpacks what is needed into the cache. Compares
 * every file with its wheel's RECORD, and renames the folder to its final name when it is complete. Call it under the lock.
 */
export async function fetchLibtorch(kind: Kind, python: string, setup: Setup): Promise<Libtorch> {
  const root = cachedRoot(kind); // libtorch_cpu finds libraries in the sibling folder nvidia/ by a relative path
  const folder = dirname(root);
  const partial = join(dirname(folder), `.partial-${basename(folder)}`);
  const unpacked = new Map<string, RecordedFile>();
  const fetch = async (requirements: readonly string[], what: string) => {
    const asked = [...ANY_PYTHON, ...requirements];
    for (const wheel of await downloadWheels(python, partial, asked, what, setup)) {
      setup.log(`  Unpacking ${basename(wheel)}`);
      const files = await unpackWheel(wheel, partial, (name) => isNeeded(name, kind));
      for (const file of files) unpacked.set(file.path, file);
      rmSync(wheel);
    }
  };

  rmSync(partial, { recursive: true, force: true }); // left by a killed setup
  makeFolder(partial);
  try {
    setup.log(
      `Fetching libtorch ${PINNED_VERSION} (${kind === "cuda" ? "with CUDA, about 3 GB" : "about 550 MB"}) ...`,
    );
    await fetch(["--no-deps", `torch==${PINNED_VERSION}`], `torch ${PINNED_VERSION}`);
    const others = cudaRequirements(readMetadata(partial), kind);
    if (others.length > 0) await fetch(others, "the CUDA libraries that torch names");
    rmSync(join(partial, "wheels"), { recursive: true });
    writeFileSync(recordPath(partial), recordText([...unpacked.values()]));
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
