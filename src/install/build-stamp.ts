import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Libtorch } from "./find-libtorch.js";

/** Everything that a build depends on. Written beside the build when it is complete. */
interface BuildStamp {
  /** SHA-256 over names and contents of CMakeLists.txt and native/. */
  readonly sources: string;
  readonly libtorch: string;
  readonly compiler: string;
  readonly node: string;
}

/** A finished build: its stamp, and the sizes of its files. */
export interface FinishedBuild extends BuildStamp {
  readonly artefacts?: Readonly<Record<string, number>>;
}

export function buildStamp(root: string, { root: path, version }: Libtorch, compiler: string): BuildStamp {
  const hash = createHash("sha256");
  for (const name of ["CMakeLists.txt", ...sourceFiles(root, "native")]) {
    const content = readFileSync(join(root, name));
    hash.update(`${name}\0${content.length}\0`).update(content);
  }
  return {
    sources: hash.digest("hex"),
    libtorch: `${version} ${path}`,
    compiler,
    node: `${process.platform}-${process.arch}`,
  };
}

const sourceFiles = (root: string, folder: string): string[] =>
  readdirSync(join(root, folder), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      return entry.isDirectory() ? sourceFiles(root, path) : [path];
    });

/** The stamp of the last finished build; empty if there is none. */
export function readStamp(path: string): Partial<FinishedBuild> {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return {};
  }
}

export const sameStamp = ({ artefacts: _, ...a }: Partial<FinishedBuild>, b: BuildStamp): boolean =>
  JSON.stringify(a) === JSON.stringify(b);
