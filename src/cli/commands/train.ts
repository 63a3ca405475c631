import { resolve } from "node:path";
import type { Command } from "commander";
import type { CompareConfig } from "../../config/compare-config.js";
import { trainConfigSchema } from "../../config/train-config.js";
import { configError } from "../../errors.js";
import {
  type CheckpointSettings,
  checkpointKeySchema,
  parseCheckpointOptions,
} from "../../training/checkpoint/checkpoint-options.js";
import { parse } from "../../validation/parse.js";
import { configFromCommand, withOptions } from "../options/command-config.js";
import {
  addConfigOptions,
  addOutputOptions,
  CHECKPOINT_OPTIONS,
  type OutputOptions,
  TRAIN_OPTIONS,
} from "../options/config-options.js";
import { type Definitions, withDefinitions } from "../options/definitions.js";
import { inOptions, renaming } from "../options/in-options.js";
import type { Spec } from "../options/spec.js";
import { addAction } from "../output/answer.js";
import { dryRun } from "../output/dry-run.js";
import { runStudy } from "../output/run-study.js";
import { printProgress } from "../progress/show-progress.js";

interface Options extends OutputOptions {
  readonly save?: string;
  readonly profile?: boolean;
}

/** Adds `optimbench train`, which runs a study of one run. */
export function addTrainCommand(program: Command): void {
  const command = program
    .command("train")
    .description("train one model with one optimizer, and optionally save it");
  addConfigOptions(command, TRAIN_OPTIONS, trainConfigSchema);
  addConfigOptions(command, CHECKPOINT_OPTIONS, checkpointKeySchema);
  addOutputOptions(
    command,
    "an existing study and report in the folder, the --save and the --checkpoint file",
  )
    .option(
      "--out <folder>",
      "folder for study, table and figures; a finished run is not repeated (default: none)",
    )
    .option("--profile", "show how the time of the training steps is spent")
    .option("--save <file.safetensors>", "save the trained parameters");
  addAction(command, (answer, { out, save, profile = false, ...options }: Options) => {
    const { quiet = false, overwrite } = options;
    const plan = () =>
      dryRun(trainConfig(command, options), { folder: overwrite ? undefined : out, answer, save });
    const train = () => {
      const checkpoint = checkpointOptions(command, overwrite);
      if (save !== undefined && checkpoint !== undefined && resolve(save) === resolve(checkpoint.path))
        throw configError("--save and --checkpoint name the same file. Choose another one for the model.");
      return runStudy(trainConfig(command, options), {
        folder: out,
        overwrite,
        save,
        profile,
        checkpoint,
        quiet,
        progress: printProgress({ quiet, stream: answer.isJson ? process.stderr : process.stdout }),
        answer,
      });
    };
    return inOptions(command, [...TRAIN_OPTIONS, ...CHECKPOINT_OPTIONS], () =>
      renaming(asOneRun, options.dryRun ? plan : train),
    );
  });
}

function trainConfig(command: Command, { defineOptimizer, defineLoss }: OutputOptions): CompareConfig {
  const config = configFromCommand(command, TRAIN_OPTIONS, ({ runs, config: { targets } }) => {
    if (runs.length === 1) return { ...runs[0]!.config, ...(targets !== undefined && { targets }) };
    throw configError(
      `The study has ${runs.length} runs, but train makes one. Run it again with \`optimbench compare\`.`,
    );
  });
  const choose = (key: "optimizer" | "loss", definitions?: Definitions) =>
    definitions && { [key]: only(withDefinitions([config[key] as Spec].filter(Boolean), definitions), key) };
  const { name, optimizer, loss, seed, ...shared } = parse(
    trainConfigSchema,
    { ...config, ...choose("optimizer", defineOptimizer), ...choose("loss", defineLoss) },
    "train config",
  );
  if (name !== undefined) return { ...shared, arms: [{ name, optimizer, loss }], seeds: [seed] };
  return { ...shared, optimizers: [optimizer], losses: [loss], seeds: [seed] };
}

function checkpointOptions(command: Command, overwrite = false): CheckpointSettings | undefined {
  const { checkpoint } = withOptions(command, CHECKPOINT_OPTIONS) as { checkpoint?: CheckpointSettings };
  if (checkpoint === undefined) return undefined;
  if (checkpoint.path !== undefined) return parseCheckpointOptions({ ...checkpoint, overwrite });
  throw configError("Checkpoints need a file. Name it with --checkpoint.", "checkpoint.path");
}

/** Internally, `train` runs a study with one optimizer; messages mention the keys of a train config instead. */
const asOneRun = (message: string): string =>
  message.replaceAll(/`(optimizer|loss|seed)(?:s|es)\[0\]/g, "`$1").replaceAll("`arms[0].", "`");

function only(choices: readonly Spec[], what: string): Spec {
  if (choices.length === 1) return choices[0]!;
  throw configError(
    `train takes one ${what}, but ${choices.length} are given. Compare several with \`optimbench compare\`.`,
  );
}
