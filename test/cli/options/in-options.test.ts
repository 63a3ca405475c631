import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterAll, expect, it } from "vitest";
import { addBenchCommand } from "../../../src/cli/commands/bench.js";
import { addCompareCommand } from "../../../src/cli/commands/compare.js";
import { addTrainCommand } from "../../../src/cli/commands/train.js";

/** What a command line is rejected with, before anything is loaded or written. */
async function rejection(...line: string[]): Promise<string> {
  const program = new Command().exitOverride();
  for (const add of [addBenchCommand, addCompareCommand, addTrainCommand]) add(program);
  const quietly = [...line, "--quiet"];
  const rejected = await program.parseAsync(quietly, { from: "user" }).catch((error: Error) => error.message);
  return String(rejected);
}

it.each([
  [["train", "--epochs", "x"], "Expected a number for `--epochs`, got"],
  [["train", "--epochs", "0x10"], 'Expected a number for `--epochs`, got "0x10"'],
  [["compare", "--suite", "small", "--train-size", "50"], "`--train-size` and `--suite` exclude each other"],
  [["train", "--dataset", "mnist-10k", "--train-size", "50000"], "`--train-size` is 50,000, but mnist-10k"],
  [["train", "--optimizer", "sgd:dampening=0.1"], "Unknown key `optimizer.dampening` of `--optimizer`:"],
  [["train", "--optimizer", "sgd:nesterov=true"], "`--optimizer` (sgd): `nesterov` has no effect"],
  [["train", "--loss", "multiMargin:classWeights=[1,2]"], "for `loss.classWeights` of `--loss`, got 2"],
  [["train", "--define-loss", "mine=z"], '"mine" (`loss.formula` of `--define-loss`): '],
  [["compare", "--optimizers", "adam,sgd:dampening=1"], "`optimizers[1].dampening` of `--optimizers`:"],
  [
    ["compare", "--optimizers", "adam,mine", "--define-optimizer", "mine=theta = q"],
    '"mine" (`optimizers[1].formula` of `--define-optimizer`): ',
  ],
  [
    ["train", "--schedule", "cosine:decaySteps=1:decayEpochs=1"],
    "Set `schedule.decaySteps` of `--schedule` or `schedule.decayEpochs`, not both.",
  ],
  [["bench", "--optimizers", "adam,sgd:dampening=1"], "`optimizers[1].dampening` of `--optimizers`:"],
])("names the option that %j gets wrong", async (line, expected) => {
  expect(await rejection(...line)).toContain(expected);
});

it("names no option that was not given", async () => {
  const schedule = ["--schedule", "oneCycle:baseMomentum=0:maxMomentum=0.9"];
  expect(await rejection("compare", "--dataset", "mnist-10k", ...schedule)).toMatch(
    /^`--schedule` changes the momentum, but `optimizers\[1\]` \(sgd\) has none[^-]*$/,
  );
});

const folder = mkdtempSync(join(tmpdir(), "optimbench-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

it.each([
  [{ epochs: -1 }, "for `epochs` of FILE, got -1 (number)."],
  [{ epohcs: 1 }, "Unknown key `epohcs` of FILE. "],
  [{ optimizer: { name: "sgd", dampening: 0.1 } }, "Unknown key `optimizer.dampening` of FILE: "],
  [{ optimizer: { name: "mine", formula: "theta = q" } }, '"mine" (`optimizer.formula` of FILE): '],
  [{ dataset: "nowhere" }, 'In FILE: There is no dataset, folder or file "nowhere".'],
  [{ dataset: "mnist-10k", split: { train: 50_000 } }, "`split.train` of FILE is 50,000, but mnist-10k"],
])("names the --config file that contains %j", async (config, expected) => {
  const file = join(folder, "config.json");
  writeFileSync(file, JSON.stringify(config));
  expect(await rejection("train", "--config", file)).toContain(expected.replace("FILE", file));
});

it("names the option that replaces a value of the --config file, and the file for its other values", async () => {
  const file = join(folder, "config.json");
  writeFileSync(file, JSON.stringify({ epochs: 1, batchSize: 0 }));
  const [epochs, batchSize] = (await rejection("train", "--config", file, "--epochs", "-2")).split("\n");
  expect(epochs).toMatch(/ for `--epochs`, got -2 \(number\)\.$/);
  expect(batchSize).toContain(` for \`batchSize\` of ${file}, got 0`);
});
