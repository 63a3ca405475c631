#!/usr/bin/env node
import { printNotice } from "../system/terminal.js";
import { requireWorkingDirectory } from "../system/working-directory.js";
import { answerError } from "./output/answer.js";
import { EXIT_CODES, exitWithError } from "./output/exit.js";
import { createProgram } from "./program.js";

// Errors on standard output do not end the work. A reader such as `head` may close the pipe. A closed terminal (EIO) also sends
// SIGHUP, after which finished results must still be written. If the disk is full, other files may be on another disk.
let reported = false;
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit();
  if (error.code === "EIO" || reported) return;
  reported = true;
  process.exitCode ??= EXIT_CODES.error;
  printNotice(`error: Cannot write to standard output (${error.message}).`);
});

// A closed output stream stops progress messages, not the work.
process.stderr.on("error", () => {});

const program = await createProgram(process.argv[2]);
try {
  requireWorkingDirectory();
  await program.parseAsync();
} catch (error) {
  answerError(program, process.argv.slice(2), error);
  exitWithError(error);
}
