#!/usr/bin/env node
import { Command } from "commander";
import { packageVersion } from "../system/package-root.js";
import { escapeControls, printNotice } from "../system/terminal.js";
import { requireWorkingDirectory } from "../system/working-directory.js";
import { addBenchCommand } from "./commands/bench.js";
import { addCheckGradientCommand } from "./commands/check-gradient.js";
import { addCompareCommand } from "./commands/compare.js";
import { addDataCommand } from "./commands/data.js";
import { addDoctorCommand } from "./commands/doctor.js";
import { addExplainCommand } from "./commands/explain.js";
import { addReportCommand } from "./commands/report.js";
import { addScheduleCommand } from "./commands/schedule.js";
import { addSetupCommand } from "./commands/setup.js";
import { addTrainCommand } from "./commands/train.js";
import { exitWithError } from "./output/exit.js";

// A reader that closes the pipe, such as `head`, has what it wanted. A terminal that is closed (EIO) sends SIGHUP too, after
// which what is finished is still to be written. Nor does a full disk end the work: other files may be elsewhere.
let reported = false;
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit();
  if (error.code === "EIO" || reported) return;
  reported = true;
  process.exitCode ??= 1;
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
  exitWithError(error);
}
