import { CommanderError } from "commander";
import { OptimbenchError } from "../../errors.js";
import { fileProblem, isFileProblem } from "../../system/file-problem.js";
import { printNotice } from "../../system/terminal.js";

/** As those of grep and diff. A command that a signal interrupts ends with 128 plus the signal's number. */
export const EXIT_CODES = {
  /** A command that answers a question answers no. */
  no: 1,
  /** The command could not do its work. */
  error: 2,
} as const;

/** Sets the exit code of a negative answer. An exit code that Ctrl-C has set is kept. */
export function answerNo(): void {
  process.exitCode ??= EXIT_CODES.no;
}

/** Prints an error and sets the exit code. An exit code that Ctrl-C has set is kept. */
export function exitWithError(error: unknown): void {
  process.exitCode ??= error instanceof CommanderError && error.exitCode === 0 ? 0 : EXIT_CODES.error;
  // Commander has already printed its messages, including help and version.
  if (error instanceof CommanderError) return;
  if (error instanceof OptimbenchError) printNotice(`error: ${error.message}`);
  else if (isFileProblem(error)) printNotice(`error: ${error.path ?? error.syscall}: ${fileProblem(error)}.`);
  else
    printNotice(
      `This is a bug in optimbench; please report it:\n${error instanceof Error ? error.stack : String(error)}`,
    );
}
