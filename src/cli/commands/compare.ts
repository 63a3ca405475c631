import { type Command, InvalidArgumentError, Option } from "commander";
import {
  type CompareConfig,
  compareConfigSchema,
  DEFAULT_LOSSES,
  DEFAULT_OPTIMIZERS,
} from "../../config/compare-config.js";
import { configError } from "../../errors.js";
import { LOSS_NAMES } from "../../losses/losses.js";
import { OPTIMIZER_NAMES } from "../../optimizers/optimizers.js";
import { queueExecutor } from "../../queue/queue.js";
import type { Executor } from "../../study/executor.js";
import type { Choices } from "../options/choices.js";
import { configFromCommand } from "../options/command-config.js";
import {
  addConfigOptions,
  addOutputOptions,
  COMPARE_OPTIONS,
  type OutputOptions,
} from "../options/config-options.js";
import { type Definitions, withDefinitions } from "../options/definitions.js";
import { inOptions } from "../options/in-options.js";
import type { Spec } from "../options/spec.js";
import { wholeNumber } from "../options/whole-number.js";
import { addAction } from "../output/answer.js";
import { dryRun } from "../output/dry-run.js";
import { runStudy } from "../output/run-study.js";
import { showProgress } from "../progress/show-progress.js";

const BUDGET = { flags: "--budget <duration>", path: "budget" } as const;

interface CompareOptions extends OutputOptions {
  readonly shard?: string;
  readonly budget?: string;
  readonly queue?: string | true;
  readonly priority?: number;
  readonly allow?: readonly string[];
  readonly sendData?: boolean;
  readonly mostWaiting?: number;
}

/** Adds `optimbench compare`, which runs a study and writes its table and report. */
export function addCompareCommand(program: Command): void {
  const command = program
    .command("compare")
    .description(
      "train several optimizers under equal conditions and report which learns best, and how fast",
    );
  addConfigOptions(command, COMPARE_OPTIONS, compareConfigSchema);
  addOutputOptions(command, "an existing study and report in the folder")
    .option(
      "--out <folder>",
      "folder for the study, table and figures; a study in it is continued (default: report; none with --json)",
    )
    .option("--shard <part>", "run a part of the study, such as 3/8 (default: all of it)")
    .option(
      BUDGET.flags,
      "time for the runs, such as 90s, 10m or 2h: seeds, then epochs are cut to what fits (default: no limit)",
    )
    .option(
      "--queue [connection]",
      "have the runs trained by workers (optimbench worker): the Redis server, such as redis://host:6379, or a file with its settings (default: OPTIMBENCH_QUEUE)",
    )
    .option(
      "--priority <number>",
      "with --queue, studies of a higher priority are served first (default: 0)",
      priority,
    )
    .addOption(
      new Option(
        "--allow <what...>",
        "with --queue, what may differ between workers; results of other processors and kernels are not bit-identical (default: nothing)",
      ).choices(["mixed-kernels"]),
    )
    .option(
      "--send-data",
      "with --queue, send the images through the server, up to 256 MiB (default: workers read them)",
    )
    .option(
      "--most-waiting <runs>",
      "with --queue, runs that wait on the server at a time; the others are submitted as these finish (default: 10000)",
      wholeNumber(1, 1_000_000),
    );
  addAction(
    command,
    (
      answer,
      { out, shard, budget, queue, priority, allow, sendData, mostWaiting, ...options }: CompareOptions,
    ) => {
      const { quiet = false, overwrite } = options;
      return inOptions(command, [...COMPARE_OPTIONS, BUDGET], () => {
        const config = compareConfig(command, options);
        const folder = out ?? (answer.isJson ? undefined : "report");
        if (options.dryRun)
          return dryRun(config, { folder: overwrite ? undefined : folder, budget, answer, shard });
        return runStudy(config, {
          folder,
          overwrite,
          shard,
          budget,
          executor: executorOf({ queue, priority, allow, sendData, mostWaiting }),
          answer,
          quiet,
          progress: showProgress({
            quiet,
            inParallel: queue !== undefined || config.execution === "parallel",
          }),
        });
      });
    },
  );
}

const priority = (text: string): number => {
  if (/^-?\d{1,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Expected a whole number such as 10 or -10.");
};

type QueueFlags = {
  readonly [Key in "queue" | "priority" | "allow" | "sendData" | "mostWaiting"]:
    | CompareOptions[Key]
    | undefined;
};

/** What trains the runs; undefined for this process. @throws OptimbenchError (CONFIG) for an option that needs --queue */
function executorOf({ queue, ...options }: QueueFlags): Executor | undefined {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  if (queue !== undefined)
    return queueExecutor({ ...given, ...(typeof queue === "string" && { connection: queue }) }, true);
  const [first] = Object.keys(given);
  if (first === undefined) return undefined;
  throw configError(
    `\`--${first.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}\` is for studies with \`--queue\`. Omit it, or add \`--queue\`.`,
  );
}

function compareConfig(command: Command, { defineOptimizer, defineLoss }: OutputOptions): CompareConfig {
  const config = configFromCommand(command, COMPARE_OPTIONS, (study) => study.config);
  const choose = (
    key: "optimizers" | "losses",
    { all, byDefault }: Readonly<Record<"all" | "byDefault", readonly Spec[]>>,
    definitions?: Definitions,
  ) => {
    const given = (config[key] as Choices | undefined) ?? byDefault;
    return definitions && { [key]: withDefinitions(given === "all" ? all : given, definitions) };
  };
  return {
    ...config,
    ...choose("optimizers", { all: OPTIMIZER_NAMES, byDefault: DEFAULT_OPTIMIZERS }, defineOptimizer),
    ...choose("losses", { all: LOSS_NAMES, byDefault: DEFAULT_LOSSES }, defineLoss),
  };
}
