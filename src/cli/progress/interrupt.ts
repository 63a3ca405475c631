import { constants } from "node:os";
import { printNotice } from "../../system/terminal.js";

/** What a command knows of Ctrl-C, and of other wishes that it ends. */
export interface Interrupt {
  readonly signal: AbortSignal;
  /** Removes the handlers. */
  stop(): void;
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * The first of these signals aborts the work, so that what is finished is written and reported, and sets the exit code that
 * shells expect (130, 143, 129). The handlers are then gone: the second one ends the process at once.
 */
export function onInterrupt(): Interrupt {
  const controller = new AbortController();
  const stop = () => {
    for (const name of SIGNALS) process.off(name, abort);
  };
  const abort = (name: (typeof SIGNALS)[number]) => {
    stop();
    process.exitCode = 128 + constants.signals[name];
    // Node aborts where it exits by itself and finds that its terminal is gone.
    if (name === "SIGHUP") process.on("exit", () => process.kill(process.pid, name));
    printNotice("\nStopping; finished results are kept. Press Ctrl-C again to quit immediately.");
    controller.abort();
  };
  for (const name of SIGNALS) process.on(name, abort);
  return { signal: controller.signal, stop };
}
