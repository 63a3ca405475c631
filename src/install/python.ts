import { askProgram } from "../system/run-program.js";

/** A working Python 3. */
export interface Python {
  readonly command: string;
  /** "3.11.7" */
  readonly version: string;
  /** The version of pip; undefined if this Python has none. */
  readonly pip: string | undefined;
}

/**
 * Isolated Python (-I) never imports files from the working directory, but it also ignores the user's packages. This adds the
 * absolute folders of PYTHONPATH and the user's site-packages again, so sys.path lacks only relative folders.
 */
const RESTORE_PATH = `
import os, site, sys
sys.path[:0] = [each for each in os.environ.get("PYTHONPATH", "").split(os.pathsep) if os.path.isabs(each)]
if sys.prefix == sys.base_prefix and "PYTHONNOUSERSITE" not in os.environ:
    user = site.getusersitepackages()
    if os.path.isabs(user) and os.path.isdir(user): site.addsitedir(user)
`;

/** Arguments for Python to run `code` with `args`, without modules from the working directory. */
export const pythonArguments = (code: string, args: readonly string[] = []): string[] => [
  "-I",
  "-c",
  RESTORE_PATH + code,
  ...args,
];

/** The same for `python -m pip`. */
export const pipArguments = (args: readonly string[]): string[] =>
  pythonArguments('import runpy\nrunpy.run_module("pip", run_name="__main__", alter_sys=True)\n', args);

/** The environment of a pip that downloads, with a folder for its temporary files. */
export const pipEnvironment = (temporary: string): NodeJS.ProcessEnv => ({
  TMPDIR: temporary,
  PIP_REQUIRE_VIRTUALENV: "0",
  PIP_USER: "0",
  PIP_RESUME_RETRIES: process.env.PIP_RESUME_RETRIES ?? "5", // since pip 25.1
  PYTHONUNBUFFERED: "1",
});

const PROBE = `
try:
    import pip; version = pip.__version__
except ImportError:
    version = ""
print(sys.version.split()[0], version)
`;

/** The active Python 3: `python3` or, if that is missing, `python`. Undefined if there is none. */
export function findPython(): Python | undefined {
  for (const command of ["python3", "python"]) {
    const [version, pip] = (runPython(command, PROBE) ?? "").split(" ");
    if (version?.startsWith("3.")) return { command, version, pip: pip || undefined };
  }
  return undefined;
}

const FIND_TORCH = `
import importlib.util
found = importlib.util.find_spec("torch")
print((found and found.origin and found.submodule_search_locations or [""])[0])
`;

/** The folder of the package `torch` that the active Python would import. Does not import it. */
export function pythonTorch(): string | undefined {
  for (const command of ["python3", "python"]) {
    const folder = runPython(command, FIND_TORCH);
    if (folder !== undefined) return folder || undefined;
  }
  return undefined;
}

const runPython = (command: string, code: string) => askProgram(command, pythonArguments(code))?.trim();
