import { existsSync } from "node:fs";
import { join } from "node:path";
import { placeOfNamed } from "../../data/named/named-datasets.js";
import { findBuildProgram } from "../../install/build-native.js";
import { findLibtorchQuickly, isUnlisted, type Libtorch, UNLISTED } from "../../install/find-libtorch.js";
import { libraryFileName } from "../../install/library-file.js";
import { findNativeFiles, type NativeFiles, requireWhole } from "../../install/native-files.js";
import { nvidiaGpus } from "../../install/nvidia-gpu.js";
import { requireCompiler, requireNode, requirePython } from "../../install/toolchain.js";
import { type Environment, environment } from "../../study/environment.js";
import { cacheFolder } from "../../system/cache-folder.js";
import { packageRoot } from "../../system/package-root.js";
import { probeNative } from "./probe-native.js";

/** The findings of `optimbench doctor`. */
export interface Diagnosis {
  readonly canTrain: boolean;
  readonly environment: Environment;
  readonly libtorch: Libtorch | null;
  readonly native: NativeFiles | null;
  /** Why there is no CUDA device; null if there is one. */
  readonly whyNoCuda: string | null;
  /** Why steps on a GPU are not recorded as graphs; null if nothing is known to prevent it. */
  readonly whyNoGraphs: string | null;
  /** Why kernels are not compiled for the GPU; null if they are, or without a GPU. */
  readonly whyNoKernels: string | null;
  readonly cache: string;
  /** The folder of the full MNIST, or null if it is not on this disk. mnist-10k always is. */
  readonly mnist: string | null;
  /** Problems that prevent training on this machine, each with its fix. */
  readonly problems: readonly string[];
  /** Findings that prevent nothing. */
  readonly notes: readonly string[];
}

/** Checks everything that training needs. If nothing is missing, loads it once in a separate process. */
export async function diagnose(): Promise<Diagnosis> {
  const problems: string[] = [];
  const notes: string[] = [];
  const rejected = new Set<string>();
  const attempt = <Result>(step: () => Result, into = problems): Result | undefined => {
    try {
      return step();
    } catch (error) {
      into.push((error as Error).message);
      return undefined;
    }
  };

  attempt(requireNode);
  const native = findNativeFiles();
  if (native !== undefined) attempt(() => requireWhole(native));
  const libtorch = attempt(() =>
    findLibtorchQuickly({
      builtFor: native?.builtFor,
      thorough: true,
      onRejected: (reason) => rejected.add(reason),
    }),
  );
  if (libtorch === undefined && problems.length === 0) {
    // Setup without --force only compares sizes and would not find a changed file of equal size.
    const command = rejected.size > 0 ? "npx optimbench setup --force" : "npx optimbench setup";
    problems.push(
      `libtorch was not found. Run \`${command}\`, or set OPTIMBENCH_LIBTORCH to the folder of an unpacked libtorch.`,
    );
    attempt(() => requirePython("fetch libtorch"));
  }
  notes.push(...rejected);
  if (libtorch && isUnlisted(libtorch)) notes.push(UNLISTED);
  if (native === undefined) {
    problems.push(
      `There is no native code for ${process.platform}-${process.arch}. Run \`npx optimbench setup\` (in a clone: \`npm run setup\`).`,
    );
    if (findBuildProgram(packageRoot) !== undefined) attempt(requireCompiler);
  }
  const info =
    problems.length > 0
      ? undefined
      : await probeNative().catch((error: Error) => void problems.push(error.message));
  const found = environment(info ?? undefined);
  if (process.platform === "linux" && found.glibc === null) {
    problems.push(
      "This Node.js does not use glibc (but perhaps musl); libtorch needs glibc 2.28 or later. Use a glibc-based image.",
    );
  }
  if (
    libtorch &&
    !existsSync(join(libtorch.root, "lib", libraryFileName("torch_cuda"))) &&
    nvidiaGpus().length > 0
  ) {
    notes.push(
      "There is an NVIDIA GPU, but this libtorch has no CUDA libraries. Run `npx optimbench setup --cuda` to fetch them.",
    );
  }
  const isCompiled = native?.cudaGraphs !== undefined;
  if (info && info.whyNoCuda === undefined && !isCompiled)
    notes.push(
      "Recording steps as CUDA graphs is not compiled, so a GPU is slower. `npx optimbench setup --force` compiles it if the CUDA headers can be fetched.",
    );
  return {
    canTrain: problems.length === 0,
    environment: found,
    libtorch: libtorch ?? null,
    native: native ?? null,
    whyNoCuda: info ? (info.whyNoCuda ?? null) : "libtorch was not loaded",
    whyNoGraphs: info?.whyNoGraphs ?? (isCompiled ? null : "liboptimbench_cuda was not compiled"),
    whyNoKernels: info?.whyNoKernels ?? null,
    cache: cacheFolder(),
    mnist: attempt(() => placeOfNamed("mnist"), notes) ?? null,
    problems,
    notes,
  };
}
