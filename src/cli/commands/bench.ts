import type { Command } from "commander";
import { bench } from "../../bench/bench.js";
import { benchConfigSchema } from "../../bench/bench-config.js";
import { OPTIMIZER_NAMES } from "../../optimizers/optimizers.js";
import { keepResult } from "../../system/keep-result.js";
import { writeFileAtomically } from "../../system/write-file.js";
import { configFromCommand } from "../options/command-config.js";
import { addConfigOptions, type ConfigOption } from "../options/config-options.js";
import { decimalNumber } from "../options/decimal-number.js";
import { inOptions } from "../options/in-options.js";
import { model } from "../options/model-option.js";
import { parseSpec, parseSpecs } from "../options/spec.js";
import { addAction } from "../output/answer.js";
import { chartFileWriter } from "../output/chart-file.js";
import { checkOutFile } from "../output/out-file.js";
import { attempts } from "../progress/attempts.js";
import { showBenchProgress } from "../progress/bench-progress.js";
import { onInterrupt } from "../progress/interrupt.js";

const list = (value: string) => value.split(",").filter((each) => each !== "");
const optimizers = (value: string) => (value === "all" ? OPTIMIZER_NAMES : parseSpecs(value));

const BENCH_OPTIONS: readonly ConfigOption[] = [
  { flags: "--measure <list>", path: "measure", read: list },
  { flags: "--optimizers <list>", path: "optimizers", read: optimizers },
  { flags: "--batch-sizes <list>", path: "batchSizes", read: (value) => list(value).map(decimalNumber) },
  { flags: "--threads <list>", path: "threads", read: (value) => list(value).map(decimalNumber) },
  { flags: "--evaluation-images <count>", path: "evaluationImages", read: decimalNumber },
  { flags: "--model <name|file.json>", path: "model", read: model },
  { flags: "--loss <loss>", path: "loss", read: parseSpec },
  { flags: "--semantics <framework>", path: "semantics", read: (value) => value },
  { flags: "--device <device>", path: "device", read: (value) => value },
  { flags: "--seed <number>", path: "seed", read: decimalNumber },
  { flags: "--seconds <seconds>", path: "seconds", read: decimalNumber },
  { flags: "--rounds <count>", path: "rounds", read: decimalNumber },
  { flags: "--profile", path: "profile", read: (value) => value },
];

interface Options {
  readonly out?: string;
  readonly chart?: string;
  readonly quiet?: boolean;
}

/** Adds `optimbench bench`: how fast this machine trains. */
export function addBenchCommand(program: Command): void {
  const command = program
    .command("bench")
    .description("benchmark training steps, updates and evaluation on this machine, with random images");
  addConfigOptions(command, BENCH_OPTIONS, benchConfigSchema);
  command
    .option("--out <file>", "write a record of the measurements, machine, versions and settings, as JSON")
    .option("--chart <file>", "draw a chart of the measurements (.svg or .png)")
    .option("--quiet", "do not show progress");
  addAction(command, async (answer, { out, chart, quiet = false }: Options) => {
    if (out !== undefined) await checkOutFile(out, "--out");
    const writeChart = chart === undefined ? undefined : await chartFileWriter(chart, "--chart");
    const interrupt = onInterrupt();
    const progress = showBenchProgress({ quiet });
    const { attempt, throwFailures } = attempts();
    try {
      const record = await inOptions(command, BENCH_OPTIONS, () =>
        bench({
          ...configFromCommand(command, BENCH_OPTIONS, () => ({})),
          onProgress: progress.onProgress,
          signal: interrupt.signal,
        }),
      ).finally(progress.stop);
      const { benchTable } = await import("../../report/tables/bench-table.js");
      answer.give(record, () => benchTable(record));
      if (out !== undefined) {
        const text = `${JSON.stringify(record, null, 2)}\n`;
        if (await attempt(() => keepResult(out, (path) => writeFileAtomically(path, text))))
          answer.remark(`\nRecord: ${out}`);
      }
      if (writeChart !== undefined && record.results.length > 0) {
        const { benchChart } = await import("../../report/charts/bench-chart.js");
        if (await attempt(() => writeChart(benchChart(record)))) answer.remark(`Chart: ${chart}`);
      }
    } finally {
      interrupt.stop(); // last, so that a second signal cannot interrupt the writing of results
    }
    throwFailures();
  });
}
