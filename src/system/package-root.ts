import { readFileSync } from "node:fs";
import nodeModule from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { OptimbenchError } from "../errors.js";

interface Manifest {
  readonly name?: string;
  readonly version: string;
}

declare const __filename: string | undefined; // defined if a bundler converts this module to CommonJS

/** The folder of this package, with package.json, CMakeLists.txt, prebuilds/ and build/. */
export const packageRoot = findPackageRoot();

/** This package's version, from package.json. */
export const packageVersion: string = manifest(packageRoot)!.version;

/**
 * `require` relative to this package, for binaries and data that bundlers must not include. It is not named `createRequire`,
 * because webpack evaluates that name.
 */
export const requireFromPackage = nodeModule.createRequire(join(packageRoot, "package.json"));

/**
 * This file is in dist/system/ (or src/system/) of the package, unless a bundler has moved its code. In that case, use the package
 * that is installed beside the bundle, which has the native code, fonts and data.
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
      // not installed there, or not an absolute path
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
