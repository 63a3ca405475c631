import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { OptimbenchError } from "../errors.js";
import { libraryFileName, readLibraryHeader } from "./library-file.js";
import { linkedLibraries, missingLibraries } from "./needed-libraries.js";
import { isAtLeast, libtorchVersion, majorMinor, OLDEST_VERSION, PINNED_VERSION } from "./version.js";
import { firstChanged, readRecord } from "./wheel-record.js";

/** Requirements of a libtorch, in addition to being complete and recent enough. */
export interface Requirements {
  /** Whether its headers are needed. */
  readonly forBuild?: boolean | undefined;
  /** The version that the native code was compiled for; major and minor version must match. */
  readonly builtFor?: string | undefined;
  /** Whether its CUDA libraries are needed. */
  readonly cuda?: boolean | undefined;
  /** Whether to compare the hashes of all files that setup unpacked. */
  readonly thorough?: boolean | undefined;
}

/**
 * Checks the files of the libtorch in `root`, before it is loaded.
 *
 * @returns its version, such as "2.15.0+cpu"
 * @throws OptimbenchError (LIBTORCH) with the problem in one line
 */
export function checkLibtorch(root: string, requirements: Requirements = {}): string {
  const unusable = (why: string) =>
    new OptimbenchError("LIBTORCH", `The libtorch at ${root} cannot be used: ${why}`);
  if (!existsSync(root)) throw unusable("no such folder.");
  for (const name of ["torch_cpu", "c10", ...(requirements.cuda ? ["torch_cuda", "c10_cuda"] : [])]) {
    const why = wrongWithLibrary(root, name);
    if (why !== undefined) throw unusable(why);
  }
  const cut = cutLibrary(root);
  if (cut !== undefined) throw unusable(`${cut} is truncated; unpack or install it again.`);
  const changed = changedSinceUnpacked(root, requirements);
  if (changed !== undefined) throw unusable(`${changed}.`);
  const version = libtorchVersion(root);
  if (version === undefined)
    throw unusable("its version is not in version.py, build-version or its headers.");
  if (!isAtLeast(version, OLDEST_VERSION)) {
    throw unusable(
      `it is version ${version}; ${OLDEST_VERSION} or later is needed (${PINNED_VERSION} is recommended).`,
    );
  }
  if (requirements.forBuild && !existsSync(join(root, "include", "torch", "headeronly", "version.h"))) {
    throw unusable(
      "its headers (include/torch) are missing, and they are needed to compile the native code.",
    );
  }
  const { builtFor } = requirements;
  if (builtFor !== undefined && majorMinor(version) !== majorMinor(builtFor)) {
    throw unusable(
      `it is version ${version}, but the native code was compiled for ${builtFor}. Run \`npx optimbench setup\` again.`,
    );
  }
  return version;
}

/** Compares a libtorch that setup unpacked with its list of files. Other libtorches have no list. */
function changedSinceUnpacked(
  root: string,
  { forBuild, thorough = false }: Requirements,
): string | undefined {
  const folder = dirname(root);
  const files = readRecord(folder) ?? [];
  const needed = forBuild || thorough ? files : files.filter(({ path }) => path.includes("/lib/"));
  return firstChanged(folder, needed, thorough);
}

function wrongWithLibrary(root: string, name: string): string | undefined {
  const file = `lib/${libraryFileName(name)}`;
  const path = join(root, file);
  if (!existsSync(path)) return `${file} is missing.${betterRoot(root)}`;
  if (process.platform === "win32") return undefined;
  const header = readLibraryHeader(path);
  if (header === undefined) return `${file} is not a shared library.`;
  const format = process.platform === "darwin" ? "Mach-O" : "ELF";
  if (header.format !== format) return `${file} is a ${header.format} file, this system needs ${format}.`;
  if (!header.architectures.includes(process.arch)) {
    return `${file} is for ${header.architectures.join(", ")}, this Node runs on ${process.arch}.`;
  }
  if (!header.complete) return `${file} is truncated; unpack or install it again.`;
  if (header.format !== "ELF") return undefined;
  const missing = missingLibraries(path);
  if (missing.length === 0) return undefined;
  return `${missing.join(" and ")}, which ${file} links to, ${missing.length > 1 ? "are" : "is"} not installed.`;
}

/**
 * The first truncated library among those in lib/ and those they link. The loader maps a library without reading it, so a
 * truncated one may load and crash a training run later with SIGBUS.
 */
function cutLibrary(root: string): string | undefined {
  if (process.platform !== "linux") return undefined;
  const isCut = (path: string) => existsSync(path) && !readLibraryHeader(path)?.complete;
  const shipped = readdirSync(join(root, "lib"))
    .filter((name) => /\.so(\.|$)/.test(name))
    .map((name) => `lib/${name}`);
  return (
    shipped.find((name) => isCut(join(root, name))) ??
    shipped.flatMap((name) => linkedLibraries(join(root, name))).find(isCut)
  );
}

/** Suggests the right folder if one above or below it was given. */
function betterRoot(root: string): string {
  const library = libraryFileName("torch_cpu");
  const near = [
    join(root, "torch"),
    join(root, "libtorch"),
    ...(basename(root) === "lib" ? [join(root, "..")] : []),
  ];
  const found = near.find((each) => existsSync(join(each, "lib", library)));
  return found === undefined ? "" : ` Did you mean ${found}?`;
}
