import { readFileSync } from "node:fs";
import nodeModule from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { OptimbenchError } from "../errors.js";

interface Manifest {
  readonly name?: string;
  readonly version: string;
}

declare const __filename: string | undefined; // in what bundlers make of this module as CommonJS

/** The folder of this package: where package.json, CMakeLists.txt, prebuilds/ and build/ are. */
export const packageRoot = findPackageRoot();

/** This package's version, as package.json gives it. */
export const packageVersion: string = manifest(packageRoot)!.version;

/**
 * `require` as this package's own files have it, for what bundlers must leave where it is: binaries and data. Not named
 * `createRequire`, which webpack evaluates itself.
 */
export const requireFromPackage = nodeModule.createRequire(join(packageRoot, "package.json"));

/**
 * This file is in dist/system/ (or src/system/) of the package, unless a bundler has put it into another file. Then the
 * package is the one that is installed where the bundle can see it: its native code, fonts and data are in no bundle.
 */
function findPackageRoot(): string {
  const url: string | undefined = import.meta.url;
  const places = [
    url?.startsWith("file:") ? fileURLToPath(url) : undefined,
    typeof __filename === "string" ? __filename : undefined,
    process.argv[1],
  ].filter((place) => place !== undefined);
  for (const place of places) {
    const folder = dirname(dirname(dirname(place)));
    if (manifest(folder)?.name === "optimbench") return folder;
    try {
      return dirname(nodeModule.createRequire(place).resolve("optimbench/package.json"));
    } catch {
      // Not installed there, or not absolute.
    }
  }
  throw new OptimbenchError(
    "LIBTORCH",
    `The package optimbench was not found from ${places[0]}. Bundled code needs the installed package for its native code: npm install optimbench`,
  );
}

function manifest(folder: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  } catch {
    return undefined;
  }
}
