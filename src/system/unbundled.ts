import { requireFromPackage } from "./package-root.js";

// CommonJS packages that require Node.js' modules, which esbuild's ECMAScript bundles cannot run. They are loaded from where this
// package is installed, when they are first used.

export const undici = () => requireFromPackage("undici") as typeof import("undici");
export const yauzl = () => requireFromPackage("yauzl") as typeof import("yauzl");
