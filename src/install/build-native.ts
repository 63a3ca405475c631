import {
  existsSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, totalmem } from "node:os";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import { OptimbenchError } from "../errors.js";
import { type ProgramRun, runProgram } from "../system/run-program.js";
import { buildStamp, type FinishedBuild, readStamp, sameStamp } from "./build-stamp.js";
import { getCudaHeaders } from "./cuda-headers.js";
import type { Libtorch } from "./find-libtorch.js";
import { libraryFileName } from "./library-file.js";
import type { Setup } from "./setup-context.js";
import { withLock } from "./setup-lock.js";
import { requireBuildTools, requireCompiler } from "./toolchain.js";

/** Approximate memory to compile one file that includes libtorch's headers. */
const BYTES_PER_COMPILER = 1.5e9;

const LOCK = "setup.lock";

const ARTEFACTS = ["optimbench.node", libraryFileName("optimbench_core")];

/** The build program; undefined unless this is a clone or cmake-js is installed beside the package. */
export function findBuildProgram(root: string): string | undefined {
  if (!existsSync(join(root, "CMakeLists.txt")) || !existsSync(join(root, "native"))) return undefined;
  try {
    return createRequire(join(root, "package.json")).resolve("cmake-js/bin/cmake-js");
  } catch {
    return undefined;
  }
}

/**
 * Compiles the native code against `libtorch` into build/Release, if anything has changed since the last build.
 *
 * @returns whether it compiled
 * @throws OptimbenchError (LIBTORCH) with the end of the compiler's output
 */
export async function buildNative(
  root: string,
  program: string,
  libtorch: Libtorch,
  setup: Setup,
): Promise<boolean> {
  const build = join(root, "build");
  const release = join(build, "Release");
  const stampPath = join(build, "stamp.json");
  const isCurrent = () => {
    // Look for the compiler only if something must be compiled.
    const last = readStamp(stampPath);
    return (
      !setup.force &&
      sameStamp(last, buildStamp(root, libtorch, process.env.CXX?.trim() || (last.compiler ?? ""))) &&
      areAsBuilt(release, last)
    );
  };
  if (isCurrent()) return false;
  return withLock(join(build, LOCK), setup.log, async (lock) => {
    if (isCurrent()) return false; // another setup has just compiled it
    const compiler = requireCompiler();
    const tools = await requireBuildTools({ ...setup, lock });
    const last = readStamp(stampPath);
    if (setup.force || !isReusable(build, root, compiler, last.compiler)) empty(build);
    // Ninja would accept a truncated binary, because it is newer than its sources.
    if (!areAsBuilt(release, last)) rmSync(release, { recursive: true, force: true });
    rmSync(stampPath, { force: true });
    const stamp = buildStamp(root, libtorch, compiler); // before the build, so that changes during it are noticed
    const options = ["--generator", "Ninja", `--CDLIBTORCH_ROOT=${libtorch.root}`];
    const headers = await getCudaHeaders(libtorch, { ...setup, lock });
    options.push(`--CDCUDA_HEADERS=${headers ?? ""}`);
    if (isAbsolute(tools.cmake)) options.push("--cmake-path", tools.cmake);
    if (isAbsolute(compiler)) options.push("--cxx", compiler, "--cc", compiler);
    const toolPath = isAbsolute(tools.ninja) ? [dirname(tools.ninja)] : [];
    const env = {
      CXX: compiler,
      PATH: [...toolPath, process.env.PATH].join(delimiter),
      CMAKE_BUILD_PARALLEL_LEVEL: String(compilersAtOnce()),
    };
    setup.log("Compiling the native code (a minute or two the first time) ...");
    await compile(program, options, join(build, "build.log"), { env, cwd: root, onStart: lock.adopt }, setup);
    const artefacts = Object.fromEntries(
      readdirSync(release).map((name) => [name, statSync(join(release, name)).size]),
    );
    writeFileSync(`${stampPath}.new`, JSON.stringify({ ...stamp, artefacts } satisfies FinishedBuild));
    renameSync(`${stampPath}.new`, stampPath);
    return true;
  });
}

/** Whether the binaries exist with the recorded sizes. */
function areAsBuilt(release: string, { artefacts = {} }: Partial<FinishedBuild>): boolean {
  const sizeOf = (name: string) => statSync(join(release, name), { throwIfNoEntry: false })?.size;
  return (
    ARTEFACTS.every((name) => sizeOf(name) !== undefined) &&
    Object.entries(artefacts).every(([name, size]) => sizeOf(name) === size)
  );
}

async function compile(
  program: string,
  options: readonly string[],
  logPath: string,
  run: ProgramRun,
  setup: Setup,
): Promise<void> {
  const said: string[] = [];
  const onLine = (line: string) => {
    said.push(line);
    if (/^\[\d+\/\d+\] (Building|Linking)/.test(line)) setup.log(`  ${line}`);
  };
  let status = 0;
  for (const command of ["configure", "build"]) {
    if (status === 0)
      status = await runProgram(process.execPath, [program, command, ...options], { ...run, onLine });
  }
  writeFileSync(logPath, `${said.join("\n")}\n`);
  if (status !== 0) throw buildError(said, logPath);
}

const empty = (build: string) => {
  for (const name of readdirSync(build)) {
    if (!name.startsWith(LOCK)) rmSync(join(build, name), { recursive: true });
  }
};

/** CMake rejects a build folder that was configured elsewhere or for another generator, and never changes its compiler. */
function isReusable(
  build: string,
  root: string,
  compiler: string,
  lastCompiler: string | undefined,
): boolean {
  const cache = join(build, "CMakeCache.txt");
  if (!existsSync(cache)) return true;
  const text = readFileSync(cache, "utf8");
  return (
    text.includes(`CMAKE_HOME_DIRECTORY:INTERNAL=${realpathSync(root)}\n`) &&
    text.includes("CMAKE_GENERATOR:INTERNAL=Ninja\n") &&
    (lastCompiler === undefined || lastCompiler === compiler)
  );
}

function compilersAtOnce(): number {
  const memory = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
  return Math.max(1, Math.min(availableParallelism(), Math.floor(memory / BYTES_PER_COMPILER)));
}

function buildError(output: readonly string[], log: string): OptimbenchError {
  const first = output.findIndex((line) => /\berror\b|^FAILED|CMake Error/i.test(line));
  const excerpt = first < 0 ? output.slice(-30) : output.slice(first, first + 30);
  return new OptimbenchError(
    "LIBTORCH",
    ["Compiling the native code failed:", ...excerpt.map((line) => `  ${line}`), `Full output: ${log}`].join(
      "\n",
    ),
  );
}
