import { Command } from "commander";
import { escapeControls } from "../system/escape-controls.js";
import { packageVersion } from "../system/package-root.js";

/** A command loads its module, and with it only the code that it needs. */
const COMMANDS: Readonly<Record<string, () => Promise<(program: Command) => void>>> = {
  compare: async () => (await import("./commands/compare.js")).addCompareCommand,
  train: async () => (await import("./commands/train.js")).addTrainCommand,
  predict: async () => (await import("./commands/predict.js")).addPredictCommand,
  evaluate: async () => (await import("./commands/evaluate.js")).addEvaluateCommand,
  export: async () => (await import("./commands/export.js")).addExportCommand,
  report: async () => (await import("./commands/report.js")).addReportCommand,
  merge: async () => (await import("./commands/merge.js")).addMergeCommand,
  worker: async () => (await import("./commands/worker.js")).addWorkerCommand,
  queue: async () => (await import("./commands/queue.js")).addQueueCommand,
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

/**
 * The command line, which throws its errors and never ends the process.
 *
 * @param word the command to add. Otherwise all are added, for help and for suggestions.
 */
export async function createProgram(word = ""): Promise<Command> {
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
  const wanted = Object.hasOwn(COMMANDS, word) ? [COMMANDS[word]!] : Object.values(COMMANDS);
  for (const load of wanted) (await load())(program);
  return program;
}
