import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { writeFiles } from "./fake-libtorch.js";

/** The line of a file in RECORD. */
export function recordLine(name: string, content: string | Buffer): string {
  const hash = createHash("sha256").update(content).digest("base64url");
  return `${name},sha256=${hash},${Buffer.byteLength(content)}\n`;
}

/** Packs a wheel into `<folder>/wheels` with Python's zip writer, with `record` as its RECORD. */
export function makeWheel(
  folder: string,
  name: string,
  version: string,
  requires: readonly string[],
  files: Record<string, string | Buffer>,
  record?: string,
): void {
  const info = `${name}-${version}.dist-info`;
  const metadata = [
    "Metadata-Version: 2.1",
    `Name: ${name.replaceAll("_", "-")}`,
    `Version: ${version}`,
    ...["cudart", "cupti"]
      .filter((extra) => requires.some((each) => each.includes(extra)))
      .map((extra) => `Provides-Extra: ${extra}`),
    ...requires.map((each) => `Requires-Dist: ${each}`),
  ]
    .join("\n")
    .concat("\n");
  const all = {
    ...files,
    [`${info}/METADATA`]: metadata,
    [`${info}/WHEEL`]: "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
  };
  const lines = Object.entries(all).map(([path, content]) => recordLine(path, content));
  const source = writeFiles(join(folder, "wheel-source", name), {
    ...all,
    [`${info}/RECORD`]: record ?? `${lines.join("")}${info}/RECORD,,\n`,
  });
  mkdirSync(join(folder, "wheels"), { recursive: true });
  const wheel = join(folder, "wheels", `${name}-${version}-py3-none-any.whl`);
  execFileSync("python3", ["-m", "zipfile", "-c", wheel, ...readdirSync(source)], { cwd: source });
}
