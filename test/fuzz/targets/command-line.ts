import { type Command, CommanderError } from "commander";
import fc from "fast-check";
import { createProgram } from "../../../src/cli/program.js";
import type { OptimbenchError } from "../../../src/errors.js";
import { writeStudy } from "../../../src/study/study-file.js";
import { idx } from "../../data/idx-files.js";
import { STUDIES } from "../../report/example-studies.js";
import type { Target } from "../target.js";
import { HOSTILE_TEXTS } from "../value-edits.js";
import { TemporaryFolder } from "./temporary-folder.js";

/** Commands with what makes them quick. `setup`, `doctor` and `verify` work on the machine, not on input. */
const COMMANDS: readonly (readonly string[])[] = [
  ["compare", "--dry-run"],
  ["train", "--dry-run"],
  ["report"],
  ["report", "study", "study"],
  ["check"],
  ["diff"],
  ["diff", "study", "study"],
  ["schedule"],
  ["explain"],
  ["data"],
  ["data", "samples"],
  ["check-gradient"],
  ["predict", "none.safetensors"],
  ["evaluate", "none.safetensors"],
  ["bench", "--seconds", "1e-9", "--rounds", "1", "--measure", "update"],
  ["merge"],
  ["nothing"],
  [],
];

const SMALL = ["--dataset", "dataset", "--model", "mlp", "--epochs", "1", "--seeds", "1", "--threads", "1"];

const WORDS = [
  ...[
    "study",
    "study/study.json",
    "dataset",
    "none",
    "config.json",
    "adam",
    "sgd:momentum=0.9",
    "adam,sgd",
    "all",
  ],
  ...[
    "1",
    "0",
    "-1",
    "1e9",
    "1e-4..1e-1/3",
    "2..1",
    "[1,2",
    "'",
    '"',
    "(",
    ":",
    "=",
    ",",
    "a=b",
    "10m",
    "1/2",
  ],
  ...[
    "mine=theta = theta - g",
    "x=mean(z)",
    "keras3,pytorch",
    "tuned",
    "defaults",
    "batchSize=16,32",
    "true",
  ],
];

interface Input {
  readonly command: readonly string[];
  readonly words: readonly string[];
}

/** The options of all commands. */
const flagsOf = (command: Command): string[] => [
  ...command.options.flatMap(({ long }) => long ?? []),
  ...command.commands.flatMap(flagsOf),
];

/** The command line, run within this process. Nothing is trained. */
export async function commandLine(): Promise<Target<Input>> {
  const folder = new TemporaryFolder();
  const images = idx([20, 4, 4]);
  folder.write("dataset/train-images-idx3-ubyte", images);
  folder.write(
    "dataset/train-labels-idx1-ubyte",
    idx(
      [20],
      Array.from({ length: 20 }, (_, i) => i % 2),
    ),
  );
  folder.write("config.json", JSON.stringify({ epochs: 1, optimizers: ["adam"] }));
  await writeStudy(STUDIES.oneRun, folder.write("study/study.json", ""));
  const before = process.cwd();
  process.chdir(folder.path);
  const flags = [...new Set(flagsOf(await createProgram()))].filter((flag) => flag !== "--help");
  const { stdout, stderr } = process;
  const [out, err] = [stdout.write, stderr.write];
  return {
    name: "command lines",
    quick: 150,
    inputs: fc.record({
      command: fc.constantFrom(...COMMANDS),
      words: fc.array(
        fc.oneof(
          { weight: 4, arbitrary: fc.constantFrom(...flags) },
          { weight: 4, arbitrary: fc.constantFrom(...WORDS) },
          { weight: 2, arbitrary: fc.constantFrom<string>(...HOSTILE_TEXTS) },
          { weight: 1, arbitrary: fc.string({ maxLength: 10, unit: "binary" }) },
          {
            weight: 2,
            arbitrary: fc
              .tuple(fc.constantFrom(...flags), fc.constantFrom(...WORDS, ...HOSTILE_TEXTS))
              .map(([flag, word]) => `${flag}=${word}`),
          },
        ),
        { maxLength: 6 },
      ),
    }),
    read: async ({ command, words }) => {
      let text = "";
      const collect = (part: string | Uint8Array) => {
        text += part;
        return true;
      };
      [stdout.write, stderr.write] = [collect as typeof out, collect as typeof err];
      try {
        const trains = command.includes("--dry-run");
        // The last of equal options counts, so a damaged line cannot train either.
        const line = [...command, ...(trains ? SMALL : []), ...words, ...(trains ? ["--dry-run"] : [])];
        await (await createProgram(line[0])).parseAsync(line, { from: "user" });
      } catch (error) {
        if (!(error instanceof CommanderError)) throw error;
        if (error.exitCode !== 0 && !/error: |Usage: /.test(text))
          throw new Error(`No error is printed: ${text}`);
      } finally {
        [stdout.write, stderr.write] = [out, err];
        process.exitCode = undefined;
      }
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not reach a terminal
      const control = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/.exec(text);
      if (control) throw new Error(`The output has a control character: ${JSON.stringify(text)}`);
    },
    codes: ["CONFIG", "FORMULA", "DATA", "FILE", "MEMORY"],
    names: ({ message }: OptimbenchError) => message.length > 20,
    close: () => {
      process.chdir(before);
      folder.remove();
    },
  };
}
