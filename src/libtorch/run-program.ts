import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { SetupLock } from "./setup-lock.js";

export interface ProgramRun {
  readonly lock?: SetupLock | undefined;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Gets each line of output. Without it the program writes to the terminal itself, progress bar and all. */
  readonly onLine?: ((line: string) => void) | undefined;
}

/** Runs a program to its end; resolves with its exit status. */
export function runProgram(command: string, args: readonly string[], run: ProgramRun = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env: { ...process.env, ...run.env },
      ...(run.cwd === undefined ? {} : { cwd: run.cwd }),
      // Its standard output is not ours: that belongs to the results.
      stdio: run.onLine ? ["ignore", "pipe", "pipe"] : ["ignore", process.stderr, process.stderr],
    });
    run.lock?.adopt(child.pid);
    for (const stream of [child.stdout, child.stderr]) {
      if (stream && run.onLine) createInterface({ input: stream }).on("line", run.onLine);
    }
    child.on("error", reject);
    child.on("close", (status) => resolve(status ?? 1));
  });
}
