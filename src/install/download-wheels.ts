import { readdirSync } from "node:fs";
import { join } from "node:path";
import { OptimbenchError } from "../errors.js";
import { KNOWN_WHEELS } from "./known-wheels.js";
import { runPip } from "./pip.js";
import type { Setup } from "./setup-context.js";
import { sha256Of } from "./wheel-record.js";

/**
 * Downloads wheels into `<folder>/wheels` and compares known wheels with their hashes. Whatever index pip uses, a wheel with a
 * known name and version must be the wheel on PyPI.
 *
 * @param folder a folder on the disk to unpack to
 * @param what the purpose, for messages: "torch 2.15.0"
 * @returns their paths
 */
export async function downloadWheels(
  python: string,
  folder: string,
  requirements: readonly string[],
  what: string,
  setup: Setup,
): Promise<string[]> {
  const wheels = join(folder, "wheels");
  const download = ["download", "--only-binary=:all:", "--dest", wheels, ...requirements];
  await runPip(python, download, folder, `download ${what}`, setup);
  const known = KNOWN_WHEELS[`${process.platform}-${process.arch}`] ?? {};
  return readdirSync(wheels).map((name) => {
    const path = join(wheels, name);
    const expected = known[name.split("-").slice(0, 2).join("-")];
    const found = expected && sha256Of(path, "hex");
    if (found === expected) return path;
    throw new OptimbenchError(
      "LIBTORCH",
      [
        `The package index served a different ${name} than PyPI: its SHA-256 is ${found}, expected ${expected}.`,
        "It was not unpacked. Check the index (`pip config list`) and run setup again; or install the build that you",
        "trust with pip, or unpack it, and set its folder: OPTIMBENCH_LIBTORCH=/path/to/torch",
      ].join("\n"),
    );
  });
}
