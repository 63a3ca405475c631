import { constants } from "node:os";

/** What a command knows of Ctrl-C. */
export interface Interrupt {
  readonly signal: AbortSignal;
  /** Removes the handlers. */
  stop(): void;
}

/**
 * The first SIGINT or SIGTERM aborts the work, so that what is finished is written and reported, and sets the exit code
 * that shells expect (130, 143). The handler is then gone: the second one ends the process at once.
 */
export function onInterrupt(): Interrupt {
  const controller = new AbortController();
  const stop = () => {
    process.off("SIGINT", abort);
    process.off("SIGTERM", abort);
  };
  const abort = (name: "SIGINT" | "SIGTERM") => {
    stop();
    process.exitCode = 128 + constants.signals[name];
    process.stderr.write("\nStopping: what is finished is kept. Press Ctrl-C again to end at once.\n");
    controller.abort();
  };
  process.on("SIGINT", abort);
  process.on("SIGTERM", abort);
  return { signal: controller.signal, stop };
}
