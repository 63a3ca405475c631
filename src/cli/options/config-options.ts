import { type Command, Option } from "commander";
import { z } from "zod";
import { configError, OptimbenchError } from "../../errors.js";
import { parseChoices } from "./choices.js";
import { decimalNumber } from "./decimal-number.js";
import { type Definitions, defineOption } from "./definitions.js";
import { model } from "./model-option.js";
import { parseSettings, parseSpec } from "./spec.js";
import { parseVary } from "./vary-option.js";
import { initialWeights, layerNames } from "./weights-option.js";

/** A command line option and the path in the config that it sets. Its help text comes from the schema at that path. */
export interface ConfigOption {
  readonly flags: string;
  /** Such as "epochs" or "split.train". */
  readonly path: string;
  /** Converts the text to a value, which the schema then validates. `previous` is the value of an option that is repeated. */
  readonly read: (text: string, previous?: unknown) => unknown;
}

const text = (value: string) => value;
const texts = (value: string) => (value.includes(",") ? value.split(",").filter(Boolean) : value);
/** "32", or "32x48" as height x width */
export const imageSize = (value: string) => {
  const [, height, width] = /^(\d+)x(\d+)$/.exec(value) ?? [];
  return height === undefined ? decimalNumber(value) : { height: Number(height), width: Number(width) };
};
const numbers = (value: string) =>
  value.includes(",")
    ? value
        .split(",")
        .filter((each) => each !== "")
        .map(decimalNumber)
    : decimalNumber(value);
const list = (value: string) => [numbers(value)].flat();
const shared: readonly ConfigOption[] = [
  { flags: "--dataset <name|folder>", path: "dataset", read: text },
  { flags: "--data-dir <folder>", path: "dataDir", read: text },
  { flags: "--resize <pixels>", path: "resize", read: imageSize },
  { flags: "--label-column <name|number>", path: "labelColumn", read: decimalNumber },
  { flags: "--label-file <file.npy>", path: "labelFile", read: text },
  { flags: "--group-column <name|number>", path: "groupColumn", read: decimalNumber },
  { flags: "--greyscale", path: "greyscale", read: text },
  { flags: "--train-size <images>", path: "split.train", read: decimalNumber },
  { flags: "--validation-size <images>", path: "split.validation", read: decimalNumber },
  { flags: "--stratified", path: "split.stratified", read: text },
  { flags: "--standardise", path: "standardise", read: text },
  { flags: "--model <name|file.json>", path: "model", read: model },
  { flags: "--initial-weights <file>", path: "initialWeights", read: initialWeights },
  { flags: "--frozen <layer,...>", path: "frozen", read: layerNames },
  { flags: "--schedule <schedule>", path: "schedule", read: parseSpec },
  { flags: "--early-stopping <settings>", path: "earlyStopping", read: parseSettings },
  { flags: "--epochs <count>", path: "epochs", read: decimalNumber },
  { flags: "--batch-size <images>", path: "batchSize", read: decimalNumber },
  { flags: "--gradient-accumulation <batches>", path: "gradientAccumulation", read: decimalNumber },
  { flags: "--augmentation <settings>", path: "augmentation", read: parseSettings },
  { flags: "--micro-batch <images>", path: "microBatch", read: decimalNumber },
  { flags: "--device <device>", path: "device", read: text },
  { flags: "--threads <count>", path: "threads", read: decimalNumber },
  { flags: "--no-untimed-steps", path: "untimedSteps", read: text },
  { flags: "--no-test-evaluation", path: "testEvaluation", read: text },
  { flags: "--targets <accuracy,...>", path: "targets", read: list },
];

export const TRAIN_OPTIONS: readonly ConfigOption[] = [
  { flags: "--optimizer <optimizer>", path: "optimizer", read: parseSpec },
  { flags: "--loss <loss>", path: "loss", read: parseSpec },
  { flags: "--seed <number>", path: "seed", read: decimalNumber },
  { flags: "--name <text>", path: "name", read: text },
  { flags: "--semantics <framework>", path: "semantics", read: text },
  ...shared,
];

export const CHECKPOINT_OPTIONS: readonly ConfigOption[] = [
  { flags: "--checkpoint <file>", path: "checkpoint.path", read: text },
  { flags: "--checkpoint-epochs <count>", path: "checkpoint.everyEpochs", read: decimalNumber },
  { flags: "--checkpoint-minutes <minutes>", path: "checkpoint.everyMinutes", read: decimalNumber },
  { flags: "--resume", path: "checkpoint.resume", read: text },
];

export const COMPARE_OPTIONS: readonly ConfigOption[] = [
  { flags: "--preset <name>", path: "preset", read: text },
  { flags: "--suite <name>", path: "suite", read: text },
  { flags: "--question <question>", path: "question", read: text },
  { flags: "--optimizers <list>", path: "optimizers", read: parseChoices },
  { flags: "--losses <list>", path: "losses", read: parseChoices },
  { flags: "--trials <count>", path: "tuning.trials", read: decimalNumber },
  { flags: "--vary <path=values>", path: "vary", read: parseVary },
  { flags: "--seeds <count|list|auto>", path: "seeds", read: numbers },
  { flags: "--seeds-per-round <count>", path: "seedsPerRound", read: decimalNumber },
  { flags: "--semantics <framework,...>", path: "semantics", read: texts },
  { flags: "--margin <share>", path: "margin", read: decimalNumber },
  { flags: "--execution <mode>", path: "execution", read: text },
  ...shared,
];

/** Adds the options to a command, each with the description, choices and default from the schema. */
export function addConfigOptions(
  command: Command,
  options: readonly ConfigOption[],
  schema: z.ZodType,
): void {
  const root = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  for (const { flags, path, read } of options)
    command.addOption(
      new Option(flags, helpText(propertyAt(root, path), flags)).argParser(naming(flags, read)),
    );
}

/** Prefixes errors of an option's text with the option's name. */
const naming =
  (flags: string, read: ConfigOption["read"]) =>
  (value: string, previous?: unknown): unknown => {
    try {
      return read(value, previous);
    } catch (cause) {
      if (!(cause instanceof OptimbenchError)) throw cause;
      throw new OptimbenchError(cause.code, `${flags.split(" ", 1)[0]}: ${cause.message}`, {
        cause,
        path: cause.path,
      });
    }
  };

/** Options of `compare` and `train` that are not part of the config. */
export interface OutputOptions {
  readonly defineOptimizer?: Definitions;
  readonly defineLoss?: Definitions;
  readonly config?: string;
  readonly out?: string;
  readonly overwrite?: boolean;
  readonly quiet?: boolean;
  readonly dryRun?: boolean;
}

/** @param replaced what `--overwrite` replaces */
export const addOutputOptions = (command: Command, replaced: string): Command =>
  command
    .addOption(defineOption("optimizer"))
    .addOption(defineOption("loss"))
    .option("--config <file.json>", "read a config, or a study.json to run again; options override it")
    .option("--overwrite", `replace ${replaced}`)
    .option("--quiet", "do not show progress")
    .option("--dry-run", "print what would run, with time, memory and disk space, and train nothing")
    .addOption(elsewhere("--lr <value>", "learning rate", "adam:learningRate"))
    .addOption(elsewhere("--learning-rate <value>", "learning rate", "adam:learningRate"))
    .addOption(elsewhere("--momentum <value>", "momentum", "sgd:momentum"))
    .addOption(elsewhere("--weight-decay <value>", "weight decay", "adam:decoupledWeightDecay"))
    .addHelpText("after", EXAMPLES);

/** An option that users try although it is set elsewhere. */
const elsewhere = (flags: string, what: string, place: string): Option =>
  new Option(flags).hideHelp().argParser(
    naming(flags, (value) => {
      throw configError(
        `The ${what} is a setting of an optimizer. Write it after a colon, such as ${place}=${value}.`,
      );
    }),
  );

const EXAMPLES = `
Settings of an optimizer, a loss or a schedule follow colons:
  sgd:learningRate=0.01:momentum=0.9
\`optimbench schedule --help\` lists the settings of each schedule.

Early stopping takes settings only:
  patience=3:monitor=validation.accuracy

Custom formulas must be quoted:
  --define-optimizer 'mine=theta = theta - learningRate * sign(g)'
`;

type JsonSchema = z.core.JSONSchema.JSONSchema;

const propertyAt = (root: JsonSchema, path: string): JsonSchema =>
  path.split(".").reduce((schema, key) => schema.properties![key] as JsonSchema, root);

/** The short meaning of a key. Editors and docs show the whole description. */
export const firstSentence = (description: string): string =>
  description.split(". ", 1)[0]!.replace(/\.$/, "");

function helpText(schema: JsonSchema, flags: string): string {
  const description = firstSentence(schema.description ?? "");
  if (flags.startsWith("--no-")) return `do not ${description}`;
  const names = choices(schema);
  const byDefault = [schema.default ?? []].flat().join(",");
  return [
    description,
    ...(names.length > 0 ? [`: ${names.join(", ")}`] : []),
    ...(byDefault === "" ? [] : [` (default: ${byDefault})`]),
  ].join("");
}

/** The valid names of a value or of a list's items, or the keys of an object. */
function choices(schema: JsonSchema): readonly unknown[] {
  if (schema.enum !== undefined) return schema.enum;
  if (schema.type === undefined && schema.examples !== undefined) return schema.examples;
  if (schema.properties !== undefined) return Object.keys(schema.properties);
  const inner = [...(schema.anyOf ?? []), schema.items].filter(
    (each) => typeof each === "object",
  ) as JsonSchema[];
  return inner.map(choices).find((names) => names.length > 0) ?? [];
}
