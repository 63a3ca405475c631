#!/usr/bin/env node
import { Command } from "commander";
import { packageVersion } from "../system/package-root.js";
import { escapeControls, printNotice } from "../system/terminal.js";
import { requireWorkingDirectory } from "../system/working-directory.js";
import { addBenchCommand } from "./commands/bench.js";
import { addCheckCommand } from "./commands/check.js";
import { addCheckGradientCommand } from "./commands/check-gradient.js";
import { addCompareCommand } from "./commands/compare.js";
import { addDataCommand } from "./commands/data.js";
import { addDiffCommand } from "./commands/diff.js";
import { addDoctorCommand } from "./commands/doctor.js";
import { addExplainCommand } from "./commands/explain.js";
import { addMergeCommand } from "./commands/merge.js";
import { addReportCommand } from "./commands/report.js";
import { addScheduleCommand } from "./commands/schedule.js";
import { addSetupCommand } from "./commands/setup.js";
import { addTrainCommand } from "./commands/train.js";
import { addVerifyCommand } from "./commands/verify.js";
import { answerError } from "./output/answer.js";
import { EXIT_CODES, exitWithError } from "./output/exit.js";

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

const program = new Command("optimbench")
  .description(
    "Compare optimizers and loss functions by training with libtorch: which learn a task best, and how fast.",
  )
  .version(packageVersion)
  .configureOutput({
    writeOut: (text) => void process.stdout.write(escapeControls(text)),
    writeErr: (text) => void process.stderr.write(escapeControls(text)),
  })
  .exitOverride();
for (const add of [
  addCompareCommand,
  addTrainCommand,
  addReportCommand,
  addMergeCommand,
  addVerifyCommand,
  addDiffCommand,
  addCheckCommand,
  addScheduleCommand,
  addExplainCommand,
  addBenchCommand,
  addDataCommand,
  addSetupCommand,
  addDoctorCommand,
  addCheckGradientCommand,
])
  add(program);

try {
  requireWorkingDirectory();
  await program.parseAsync();
} catch (error) {
  answerError(program, process.argv.slice(2), error);
  exitWithError(error);
}
