import { CommanderError } from "commander";
import { OptimbenchError } from "../../errors.js";
import { fileProblem, isFileProblem } from "../../system/file-problem.js";
import { printNotice } from "../../system/terminal.js";

/**
 * Prints an error and sets the exit code: 2 if the command or config must be fixed, 1 otherwise. An exit code that Ctrl-C has
 * set is kept.
 */
export function exitWithError(error: unknown): void {
  process.exitCode ??= exitCode(error);
  // Commander has already printed its messages, including help and version.
  if (error instanceof CommanderError) return;
  if (error instanceof OptimbenchError) printNotice(`error: ${error.message}`);
  else if (isFileProblem(error)) printNotice(`error: ${error.path ?? error.syscall}: ${fileProblem(error)}.`);
  else
    printNotice(
      `This is a bug in optimbench; please report it:\n${error instanceof Error ? error.stack : String(error)}`,
    );
}

function exitCode(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  return error instanceof OptimbenchError && (error.code === "CONFIG" || error.code === "FORMULA") ? 2 : 1;
}
