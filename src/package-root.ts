import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of this package: where package.json, CMakeLists.txt, prebuilds/ and build/ lie. */
export const packageRoot = dirname(dirname(fileURLToPath(import.meta.url)));

/** This package's version, as package.json gives it. */
export const packageVersion: string = JSON.parse(
  readFileSync(join(packageRoot, "package.json"), "utf8"),
).version;
