import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { OptimbenchError } from "../errors.js";
import { cacheFolder } from "../system/cache-folder.js";
import { askProgram } from "../system/run-program.js";
import { downloadWheels } from "./download-wheels.js";
import { runPip } from "./pip.js";
import { findPython } from "./python.js";
import type { Setup } from "./setup-context.js";
import { PINNED_VERSION } from "./version.js";

const missing = (...lines: string[]) => new OptimbenchError("LIBTORCH", lines.join("\n"));

/** @throws OptimbenchError if this Node cannot `require` ECMAScript modules, as `require("optimbench")` does */
export function requireNode(version = process.versions.node): void {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19)) return;
  throw missing(
    `Node.js ${version} is too old: 20.19, or 22.12 or later, is needed. Install it from nodejs.org or with nvm.`,
  );
}

/** The command of a Python 3 with pip. @throws OptimbenchError that names `purpose` if there is none */
export function requirePython(purpose: string): string {
  const python = findPython();
  if (python?.pip !== undefined && Number.parseInt(python.pip, 10) >= 21) return python.command;
  const found =
    python === undefined
      ? "no Python 3 was found"
      : `Python ${python.version} was found, but ${python.pip ? `its pip ${python.pip} is too old` : "without pip"}`;
  throw missing(
    `To ${purpose}, Python 3 with pip (21 or later) is needed; ${found}.`,
    "  Debian, Ubuntu: apt-get install python3 python3-pip     Fedora: dnf install python3-pip     macOS: brew install python",
    "Without Python: download PyTorch's official libtorch archive (C++ package, release build, " +
      `version ${PINNED_VERSION}) for this system, unpack it and run again with OPTIMBENCH_LIBTORCH=/path/to/libtorch;`,
    "  to compile with it, cmake (3.18 or later), ninja and a C++20 compiler must then be installed too.",
  );
}

const CXX20_PROGRAM =
  "#include <concepts>\n#include <span>\nint main() { std::span<int> none; return none.size(); }\n";

/** The C++20 compiler: `CXX` if set, otherwise the first of c++, g++ and clang++ that compiles C++20. */
export function requireCompiler(): string {
  const named = process.env.CXX?.trim();
  const candidates = named ? [named] : ["c++", "g++", "clang++"];
  const found = candidates.find((command) => {
    const args = ["-std=c++20", "-fsyntax-only", "-x", "c++", "-"];
    return askProgram(command, args, { input: CXX20_PROGRAM, timeout: 60_000 }) !== undefined;
  });
  if (found !== undefined) return found;
  throw missing(
    named
      ? `CXX is "${named}", which does not run or does not compile C++20.`
      : "No C++20 compiler was found (g++ 10 or later, or clang++ 12 or later, with its standard library).",
    "  Debian, Ubuntu: apt-get install g++     Fedora: dnf install gcc-c++     macOS: xcode-select --install",
    "Or name one: CXX=/path/to/g++",
  );
}

/** Paths of the build programs. */
interface BuildTools {
  readonly cmake: string;
  readonly ninja: string;
}

/** cmake (3.18 or later) and ninja: those of this machine, otherwise wheels from PyPI, which are kept in the cache. */
export async function requireBuildTools(setup: Setup): Promise<BuildTools> {
  const kept = join(cacheFolder(), "tools", `${process.platform}-${process.arch}`);
  const cmake = () =>
    ["cmake", join(kept, "cmake", "cmake", "data", "bin", "cmake")].find((path) => runs(path, isRecentCmake));
  const ninja = () =>
    ["ninja", join(kept, "ninja", "bin", "ninja"), join(kept, "ninja", "ninja", "data", "bin", "ninja")].find(
      (path) => runs(path, () => true),
    );
  if (cmake() === undefined) await installTool("cmake", kept, setup);
  if (ninja() === undefined) await installTool("ninja", kept, setup);
  const tools = { cmake: cmake(), ninja: ninja() };
  if (tools.cmake === undefined || tools.ninja === undefined) {
    throw missing(
      `cmake and ninja from PyPI do not run here. Install them, for example: apt-get install cmake ninja-build`,
    );
  }
  return { cmake: tools.cmake, ninja: tools.ninja };
}

function runs(path: string, accepts: (version: string) => boolean): boolean {
  const version = askProgram(path, ["--version"]);
  return version !== undefined && accepts(version);
}

function isRecentCmake(text: string): boolean {
  const [major = 0, minor = 0] = (/(\d+)\.(\d+)/.exec(text) ?? []).slice(1).map(Number);
  return major > 3 || (major === 3 && minor >= 18);
}

/** The wheels to fetch if the machine lacks them. */
const TOOLS = { cmake: "cmake==4.4.5", ninja: "ninja==1.13.2" } as const;

async function installTool(name: keyof typeof TOOLS, kept: string, setup: Setup): Promise<void> {
  const python = requirePython(`install ${name}, which this machine lacks`);
  const folder = join(kept, name);
  const partial = join(kept, `.partial-${name}`);
  rmSync(partial, { recursive: true, force: true });
  setup.log(`Installing ${name} into the cache ...`);
  try {
    const wheels = await downloadWheels(python, partial, ["--no-deps", TOOLS[name]], name, setup);
    const install = ["install", "--no-index", "--no-deps", "--target", join(partial, name), ...wheels];
    await runPip(python, install, partial, `install ${name}`, setup);
    if (existsSync(folder)) rmSync(folder, { recursive: true });
    renameSync(join(partial, name), folder);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}
