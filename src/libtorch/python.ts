import { spawnSync } from "node:child_process";

/** A Python 3 that answers. */
export interface Python {
  readonly command: string;
  /** "3.11.7" */
  readonly version: string;
  /** Of pip; undefined where this Python has none. */
  readonly pip: string | undefined;
}

const PROBE = `
import importlib.util, sys
try:
    import pip; version = pip.__version__
except ImportError:
    version = ""
print(sys.version.split()[0], version)
`;

/** The active Python 3: `python3`, else `python`. Undefined where there is none. */
export function findPython(): Python | undefined {
  for (const command of ["python3", "python"]) {
    const [version, pip] = (runPython(command, PROBE) ?? "").split(" ");
    if (version?.startsWith("3.")) return { command, version, pip: pip || undefined };
  }
  return undefined;
}

// The current folder is taken off the path: a folder that happens to be called torch is not the package.
const FIND_TORCH = `
import importlib.util, sys
sys.path = [each for each in sys.path if each]
found = importlib.util.find_spec("torch")
print((found and found.origin and found.submodule_search_locations or [""])[0])
`;

/** The folder of the package `torch` that the active Python would import; it is not imported. */
export function pythonTorch(): string | undefined {
  for (const command of ["python3", "python"]) {
    const folder = runPython(command, FIND_TORCH);
    if (folder !== undefined) return folder || undefined;
  }
  return undefined;
}

function runPython(command: string, code: string): string | undefined {
  const { status, stdout } = spawnSync(command, ["-c", code], { encoding: "utf8", timeout: 20_000 });
  return status === 0 ? stdout.trim() : undefined;
}
