import type { Command } from "commander";
import { MAX_THREADS } from "../../config/threads.js";
import { runWorker } from "../../queue/worker.js";
import { printNotice } from "../../system/terminal.js";
import { durationText } from "../../validation/duration-text.js";
import { CONNECTION } from "../options/connection-argument.js";
import { wholeNumber } from "../options/whole-number.js";
import { onInterrupt } from "../progress/interrupt.js";

interface Options {
  readonly concurrency?: number;
  readonly threads?: number;
  readonly lock?: number;
  readonly folder?: string;
  readonly quiet?: boolean;
}

/** Adds `optimbench worker`, which trains the runs of studies in a queue. */
export function addWorkerCommand(program: Command): void {
  const command = program
    .command("worker")
    .description("train runs of studies that were submitted to a queue, until it is interrupted")
    .argument("[connection]", CONNECTION)
    .option(
      "--concurrency <number>",
      "runs at the same time; times are comparable only with one (default: 1)",
      wholeNumber(1, 1024),
    )
    .option(
      "--threads <number>",
      "CPU threads of each run (default: the cores of this machine, divided by --concurrency)",
      wholeNumber(1, MAX_THREADS),
    )
    .option(
      "--lock <seconds>",
      "time without contact with this worker after which its runs start again elsewhere (default: 30)",
      wholeNumber(1, 3600),
    )
    .option(
      "--folder <folder>",
      "folder for checkpoints of long runs, which workers may share (default: none)",
    )
    .option("--quiet", "print notices only");
  command.action(async (connection: string | undefined, options: Options) => {
    const { concurrency, threads, lock, folder, quiet = false } = options;
    const interrupt = onInterrupt();
    try {
      await runWorker(
        {
          ...(connection !== undefined && { connection }),
          ...(concurrency !== undefined && { concurrency }),
          ...(threads !== undefined && { threads }),
          ...(lock !== undefined && { lockSeconds: lock }),
          ...(folder !== undefined && { folder }),
          signal: interrupt.signal,
          onNotice: printNotice,
          onCell({ study, label, seconds }) {
            if (!quiet) printNotice(`study ${study}: ${label} in ${durationText(seconds)}`);
          },
        },
        true,
      );
    } finally {
      interrupt.stop();
    }
  });
}
