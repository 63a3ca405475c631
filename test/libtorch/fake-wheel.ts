import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { writeFiles } from "./fake-libtorch.js";

/** Packs a wheel into `<folder>/wheels`; Python's own zip writer does it. */
export function makeWheel(
  folder: string,
  name: string,
  version: string,
  requires: readonly string[],
  files: Record<string, string | Buffer>,
): void {
  const info = `${name}-${version}.dist-info`;
  const source = writeFiles(join(folder, "wheel-source", name), {
    ...files,
    [`${info}/METADATA`]: [
      "Metadata-Version: 2.1",
      `Name: ${name.replaceAll("_", "-")}`,
      `Version: ${version}`,
      ...["cudart", "cupti"]
        .filter((extra) => requires.some((each) => each.includes(extra)))
        .map((extra) => `Provides-Extra: ${extra}`),
      ...requires.map((each) => `Requires-Dist: ${each}`),
    ]
      .join("\n")
      .concat("\n"),
    [`${info}/WHEEL`]: "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    [`${info}/RECORD`]: "",
  });
  mkdirSync(join(folder, "wheels"), { recursive: true });
  const wheel = join(folder, "wheels", `${name}-${version}-py3-none-any.whl`);
  execFileSync("python3", ["-m", "zipfile", "-c", wheel, ...readdirSync(source)], { cwd: source });
}
