#!/usr/bin/env node
import { Command } from "commander";
import { packageVersion } from "../system/package-root.js";
import { escapeControls, printNotice } from "../system/terminal.js";
import { requireWorkingDirectory } from "../system/working-directory.js";
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

/** A command loads its module, and with it only the code that it needs. */
const COMMANDS: Readonly<Record<string, () => Promise<(program: Command) => void>>> = {
  compare: async () => (await import("./commands/compare.js")).addCompareCommand,
  train: async () => (await import("./commands/train.js")).addTrainCommand,
  report: async () => (await import("./commands/report.js")).addReportCommand,
  merge: async () => (await import("./commands/merge.js")).addMergeCommand,
  verify: async () => (await import("./commands/verify.js")).addVerifyCommand,
  diff: async () => (await import("./commands/diff.js")).addDiffCommand,
  check: async () => (await import("./commands/check.js")).addCheckCommand,
  schedule: async () => (await import("./commands/schedule.js")).addScheduleCommand,
  explain: async () => (await import("./commands/explain.js")).addExplainCommand,
  bench: async () => (await import("./commands/bench.js")).addBenchCommand,
  data: async () => (await import("./commands/data.js")).addDataCommand,
  setup: async () => (await import("./commands/setup.js")).addSetupCommand,
  doctor: async () => (await import("./commands/doctor.js")).addDoctorCommand,
  "check-gradient": async () => (await import("./commands/check-gradient.js")).addCheckGradientCommand,
};

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
await addCommands(process.argv[2]);

try {
  requireWorkingDirectory();
  await program.parseAsync();
} catch (error) {
  answerError(program, process.argv.slice(2), error);
  exitWithError(error);
}

/** Adds the command that the command line names. Otherwise all, for help and for suggestions. */
async function addCommands(word = ""): Promise<void> {
  const wanted = Object.hasOwn(COMMANDS, word) ? [COMMANDS[word]!] : Object.values(COMMANDS);
  for (const load of wanted) (await load())(program);
}
