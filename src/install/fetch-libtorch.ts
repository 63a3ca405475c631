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

// Nothing of Python's own is taken from the wheel, so any Python's will do: this asks for one that every pip finds,
// also where the active Python is one that torch has no wheel for.
const ANY_PYTHON = ["--python-version", "3.12"];

/**
 * Downloads the pinned wheel `torch` and the CUDA libraries it links, and unpacks what is needed into the cache.
 * To be called under the lock. Every file is compared with its wheel's RECORD, and the folder appears under its name when
 * all of it is there and checked.
 */
export async function fetchLibtorch(kind: Kind, python: string, setup: Setup): Promise<Libtorch> {
  const root = cachedRoot(kind); // Its sibling nvidia/ belongs to it: libtorch_cpu looks there by a relative path.
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

  rmSync(partial, { recursive: true, force: true }); // What a killed set-up left.
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
