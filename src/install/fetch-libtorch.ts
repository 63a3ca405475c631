import { readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { putIntoCache } from "./cached-libtorch.js";
import { downloadWheels } from "./download-wheels.js";
import type { Libtorch } from "./find-libtorch.js";
import type { Setup } from "./setup-context.js";
import { unpackWheel } from "./unpack-wheel.js";
import { PINNED_VERSION } from "./version.js";
import { cudaRequirements, isNeeded, type Kind } from "./wheel-contents.js";
import type { RecordedFile } from "./wheel-record.js";

// Only libtorch is used from the wheel, so the wheel for any Python version works. This version exists for every platform, even if
// torch has no wheel for the active Python.
const ANY_PYTHON = ["--python-version", "3.12"];

/**
 * Downloads the pinned wheel `torch` and the CUDA libraries that it links, and unpacks what is needed into the cache. Compares
 * every file with its wheel's RECORD. Call it under the lock.
 */
export async function fetchLibtorch(kind: Kind, python: string, setup: Setup): Promise<Libtorch> {
  return putIntoCache(kind, async (folder) => {
    const unpacked = new Map<string, RecordedFile>();
    const fetch = async (requirements: readonly string[], what: string) => {
      const asked = [...ANY_PYTHON, ...requirements];
      for (const wheel of await downloadWheels(python, folder, asked, what, setup)) {
        setup.log(`  Unpacking ${basename(wheel)}`);
        const files = await unpackWheel(wheel, folder, (name) => isNeeded(name, kind));
        for (const file of files) unpacked.set(file.path, file);
        rmSync(wheel);
      }
    };
    setup.log(
      `Fetching libtorch ${PINNED_VERSION} (${kind === "cuda" ? "with CUDA, about 3 GB" : "about 550 MB"}) ...`,
    );
    await fetch(["--no-deps", `torch==${PINNED_VERSION}`], `torch ${PINNED_VERSION}`);
    const others = cudaRequirements(readMetadata(folder), kind);
    if (others.length > 0) await fetch(others, "the CUDA libraries that torch names");
    rmSync(join(folder, "wheels"), { recursive: true });
    return [...unpacked.values()];
  });
}

function readMetadata(folder: string): string {
  const info = readdirSync(folder).find((name) => /^torch-.*\.dist-info$/.test(name));
  return info === undefined ? "" : readFileSync(join(folder, info, "METADATA"), "utf8");
}
