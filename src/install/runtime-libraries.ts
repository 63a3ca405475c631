import { existsSync } from "node:fs";
import { join } from "node:path";
import { OptimbenchError } from "../errors.js";
import { findLibtorchQuickly, type Libtorch } from "./find-libtorch.js";
import { libraryFileName } from "./library-file.js";
import { findNativeFiles, requireWhole } from "./native-files.js";
import { nvidiaGpus } from "./nvidia-gpu.js";

/** The absolute paths of all libraries that training loads. */
interface RuntimeLibraries {
  readonly addon: string;
  readonly core: string;
  /** libtorch_cpu */
  readonly libtorch: string;
  /** libtorch_cuda, if this libtorch has it and this machine has a GPU. It is slow to load. */
  readonly cuda?: string;
  /** Why `cuda` is missing. */
  readonly whyNoCuda?: string;
  /** The library that records steps on CUDA, if it was compiled. */
  readonly cudaGraphs?: string;
  readonly found: Libtorch;
}

/**
 * Finds this package's binaries and a compatible libtorch, and checks both before anything is loaded.
 *
 * @throws OptimbenchError (LIBTORCH) with what is missing or incompatible, and what to do
 */
export function runtimeLibraries(): RuntimeLibraries {
  const native = findNativeFiles();
  if (native === undefined) {
    throw new OptimbenchError(
      "LIBTORCH",
      `There is no native code for ${process.platform}-${process.arch} yet. Run \`npx optimbench setup\` (in a clone: \`npm run setup\`).`,
    );
  }
  requireWhole(native);
  const rejected = new Set<string>();
  const found = findLibtorchQuickly({
    builtFor: native.builtFor,
    onRejected: (reason) => rejected.add(reason),
  });
  if (found === undefined) {
    throw new OptimbenchError(
      "LIBTORCH",
      [
        "libtorch was not found. Run `npx optimbench setup`, or set OPTIMBENCH_LIBTORCH to the folder of an unpacked libtorch.",
        ...rejected,
      ].join("\n"),
    );
  }
  const library = (name: string) => join(found.root, "lib", libraryFileName(name));
  const cuda = library("torch_cuda");
  const whyNoCuda = !existsSync(cuda)
    ? "this libtorch has no CUDA libraries; `npx optimbench setup --cuda` fetches a build for NVIDIA GPUs"
    : nvidiaGpus().length > 0
      ? undefined
      : "no NVIDIA GPU with a working driver was found";
  return {
    addon: native.addon,
    core: native.core,
    libtorch: library("torch_cpu"),
    ...(whyNoCuda === undefined ? { cuda } : { whyNoCuda }),
    ...(native.cudaGraphs !== undefined && { cudaGraphs: native.cudaGraphs }),
    found,
  };
}
