import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { OptimbenchError } from "../errors.js";
import { packageRoot, requireFromPackage } from "../system/package-root.js";
import { libraryFileName, readLibraryHeader } from "./library-file.js";

/** The binaries of this package. */
export interface NativeFiles {
  readonly addon: string;
  readonly core: string;
  /** The library that records steps on CUDA, if it was compiled. */
  readonly cudaGraphs?: string;
  /** The version of libtorch that the core was compiled for, such as "2.15.0". */
  readonly builtFor: string;
}

/** The binaries compiled here (build/) or shipped for this system (prebuilds/); undefined if there are none. */
export function findNativeFiles(root = packageRoot): NativeFiles | undefined {
  const { path } = requireFromPackage("node-gyp-build") as { path: (root: string) => string };
  try {
    const addon = path(root);
    const core = join(dirname(addon), libraryFileName("optimbench_core"));
    const builtFor = existsSync(core) ? libtorchBuiltFor(core) : undefined;
    if (builtFor === undefined) return undefined;
    const cudaGraphs = join(dirname(addon), libraryFileName("optimbench_cuda"));
    return { addon, core, ...(existsSync(cudaGraphs) && { cudaGraphs }), builtFor };
  } catch {
    return undefined; // node-gyp-build found none
  }
}

/** @throws OptimbenchError (LIBTORCH) if one of them is truncated, so that loading or running it could crash the process */
export function requireWhole({ addon, core, cudaGraphs }: NativeFiles): void {
  if (process.platform !== "linux") return;
  const cut = [addon, core, cudaGraphs].find(
    (path) => path !== undefined && !readLibraryHeader(path)?.complete,
  );
  if (cut === undefined) return;
  throw new OptimbenchError(
    "LIBTORCH",
    `${cut} is truncated. Reinstall optimbench, or in a clone run \`npm run setup -- --force\`.`,
  );
}

/** The build stores the version in the library as text (CMakeLists.txt), so it can be read without loading. */
function libtorchBuiltFor(core: string): string | undefined {
  return /optimbench_core-libtorch-(\d+\.\d+\.\d+)/.exec(readFileSync(core, "latin1"))?.[1];
}
