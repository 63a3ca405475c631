import { spawn, spawnSync } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { createInterface } from "node:readline";

export interface ProgramRun {
  /** Called with the process id when it has started. */
  readonly onStart?: ((pid: number | undefined) => void) | undefined;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Called with each line of output. If omitted, the program writes to the terminal, including progress bars. */
  readonly onLine?: ((line: string) => void) | undefined;
}

/** Runs a program; resolves with its exit status. */
export async function runProgram(
  command: string,
  args: readonly string[],
  run: ProgramRun = {},
): Promise<number> {
  const program = findProgram(command);
  if (program === undefined) throw new Error(`The program ${command} was not found on the PATH.`);
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: programEnvironment(run.env),
      ...(run.cwd === undefined ? {} : { cwd: run.cwd }),
      // Redirect its standard output to stderr, because stdout is for results.
      stdio: run.onLine ? ["ignore", "pipe", "pipe"] : ["ignore", process.stderr, process.stderr],
    });
    run.onStart?.(child.pid);
    for (const stream of [child.stdout, child.stderr]) {
      if (stream && run.onLine) createInterface({ input: stream }).on("line", run.onLine);
    }
    child.on("error", reject);
    child.on("close", (status) => resolve(status ?? 1));
  });
}

/** Runs a short program synchronously and returns its output; undefined if it is missing or fails. */
export function askProgram(
  command: string,
  args: readonly string[],
  { input, timeout = 20_000 }: { readonly input?: string; readonly timeout?: number } = {},
): string | undefined {
  const program = findProgram(command);
  if (program === undefined) return undefined;
  const { status, stdout } = spawnSync(program, args, {
    encoding: "utf8",
    env: programEnvironment(),
    timeout,
    ...(input !== undefined && { input }),
  });
  return status === 0 ? stdout : undefined;
}

/**
 * The program's absolute path. Searches only the absolute folders of PATH, so that a file in the working directory is never run
 * instead. A path such as "../libtorch/g++" is used directly.
 */
export function findProgram(command: string): string | undefined {
  if (/[\\/]/.test(command)) return resolve(command);
  const names = process.platform === "win32" ? [`${command}.exe`] : [command];
  return absoluteFolders(process.env.PATH)
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Environment variables with lists of folders, where a relative or empty entry means the working directory. */
const SEARCH_LISTS = [
  ...["PATH", "PYTHONPATH", "NODE_PATH", "COMPILER_PATH", "LIBRARY_PATH"],
  ...["CPATH", "C_INCLUDE_PATH", "CPLUS_INCLUDE_PATH"],
  ...["LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"],
];

/** This process' environment with `changes`, for a program. Its search lists have no entry for the working directory. */
export function programEnvironment(changes: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const environment = { ...process.env, ...changes };
  for (const name of SEARCH_LISTS) {
    if (environment[name] === undefined) continue;
    // An empty list would mean the working directory; without the variable, the system's default is used.
    const folders = absoluteFolders(environment[name]);
    if (folders.length > 0) environment[name] = folders.join(delimiter);
    else delete environment[name];
  }
  return environment;
}

const absoluteFolders = (list = "") => list.split(delimiter).filter((folder) => isAbsolute(folder));
