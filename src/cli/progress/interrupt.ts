import { constants } from "node:os";
import { printNotice } from "../../system/terminal.js";

/** A command's handling of Ctrl-C and other signals to end. */
interface Interrupt {
  readonly signal: AbortSignal;
  /** Removes the handlers. */
  stop(): void;
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * The first signal aborts the work, so that finished results are written and reported, and sets the exit code that shells
 * expect (130, 143, 129). It also removes the handlers, so a second signal ends the process immediately.
 *
 * @param say prints a sentence
 */
export function onInterrupt(say = printNotice): Interrupt {
  const controller = new AbortController();
  const stop = () => {
    for (const name of SIGNALS) process.off(name, abort);
  };
  const abort = (name: (typeof SIGNALS)[number]) => {
    stop();
    process.exitCode = 128 + constants.signals[name];
    // Node aborts if it exits normally after its terminal was closed.
    if (name === "SIGHUP") process.on("exit", () => process.kill(process.pid, name));
    say("\nStopping; finished results are kept. Press Ctrl-C again to quit immediately.");
    controller.abort();
  };
  for (const name of SIGNALS) process.on(name, abort);
  return { signal: controller.signal, stop };
}
