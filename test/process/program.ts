import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { packageRoot } from "../../src/system/package-root.js";

/** The address of a module of the built package. */
export const moduleIn = (path: string): string => pathToFileURL(join(packageRoot, "dist", path)).href;

/**
 * What every program has: the library's functions; `short`, a run of a moment; `long`, one of minutes; `inTheMiddle`, which calls
 * `act` during the steps of a long run.
 */
const PRELUDE = `
  import * as optimbench from ${JSON.stringify(moduleIn("index.js"))};
  const { train } = optimbench;
  const short = { dataset: "mnist-10k", split: { train: 64, validation: 32 }, epochs: 1, untimedSteps: false };
  const long = { ...short, split: { train: 8000, validation: 32 }, epochs: 1000 };
  const inTheMiddle = (act, config = {}) =>
    train({ ...long, ...config, onEpoch: ({ epoch }) => void (epoch === 0 && setImmediate(act)) });
`;

/** How a program ended, and what it printed. */
export interface Ended {
  /** The exit code, or the signal that ended it. */
  readonly ended: number | NodeJS.Signals;
  readonly stdout: string;
  readonly stderr: string;
}

/** Only what hangs takes so long. */
const HANGS = 250_000;

/** Starts a program in a process of its own. */
export const start = (program: string, flags: readonly string[] = []): ChildProcess =>
  spawn(process.execPath, [...flags, "--input-type=module", "-e", PRELUDE + program], { timeout: HANGS });

/** Waits for the end of a process. */
export async function endOf(child: ChildProcess): Promise<Ended> {
  const printed = [text(child.stdout!), text(child.stderr!)];
  const [code, signal] = await once(child, "close");
  const [stdout, stderr] = await Promise.all(printed);
  return { ended: signal ?? code, stdout: stdout!, stderr: stderr! };
}

/** Runs a program in a process of its own. */
export const run = (program: string, flags?: readonly string[]): Promise<Ended> =>
  endOf(start(program, flags));
