import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { z } from "zod";
import { addCompareCommand } from "../../../src/cli/commands/compare.js";
import { addTrainCommand } from "../../../src/cli/commands/train.js";
import { configFromCommand } from "../../../src/cli/options/command-config.js";
import {
  addConfigOptions,
  COMPARE_OPTIONS,
  type ConfigOption,
  TRAIN_OPTIONS,
} from "../../../src/cli/options/config-options.js";
import { compareConfigSchema } from "../../../src/config/compare-config.js";
import { trainConfigSchema } from "../../../src/config/train-config.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "optimbench-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, value: unknown) => {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(value));
  return path;
};

/** The config that a command line says. */
function configOf(
  line: string[],
  options: readonly ConfigOption[] = COMPARE_OPTIONS,
): Record<string, unknown> {
  const command = new Command().exitOverride().option("--config <file>");
  addConfigOptions(command, options, options === COMPARE_OPTIONS ? compareConfigSchema : trainConfigSchema);
  command.parse(line, { from: "user" });
  return configFromCommand(command, options, (study) => study.config);
}

describe("the command line as a config", () => {
  it("is an empty config without options", () => {
    expect(configOf([])).toEqual({});
  });

  it("reads each kind of option", () => {
    expect(
      configOf(
        "--dataset mnist-10k --optimizers adam,sgd:momentum=0.9 --losses meanSquaredError --seeds 3 --epochs 2 --train-size 100 --validation-size 50 --schedule reduceOnPlateau:factor=0.5 --no-untimed-steps".split(
          " ",
        ),
      ),
    ).toEqual({
      dataset: "mnist-10k",
      optimizers: ["adam", { name: "sgd", momentum: 0.9 }],
      losses: ["meanSquaredError"],
      seeds: 3,
      epochs: 2,
      split: { train: 100, validation: 50 },
      schedule: { name: "reduceOnPlateau", factor: 0.5 },
      untimedSteps: false,
    });
  });

  it("reads a list of seeds, and a model from a file", () => {
    const model = { layers: [{ type: "flatten" }] };
    expect(configOf(["--seeds", "4,2", "--model", file("model.json", model)])).toEqual({
      seeds: [4, 2],
      model,
    });
  });

  it("lists the valid models for an unknown one", () => {
    expect(configOf(["--model", "paper-cnn"])).toEqual({ model: "paper-cnn" });
    expect(() => configOf(["--model", "paper"])).toThrow(
      /^--model: Expected "paper-cnn", .*"mnist-99" or a \.json file of layers, got "paper"/,
    );
  });

  it("names the option in an error", () => {
    expect(() => configOf(["--early-stopping", "3"])).toThrow(
      /^--early-stopping: Expected a setting such as patience=3, got "3"\.$/,
    );
    expect(() => configOf(["--early-stopping", "patience=3:4"])).toThrow(/got "4" in "patience=3:4"\.$/);
    expect(() => configOf(["--optimizers", "adam,"])).toThrow(
      /^--optimizers: There is an empty item in "adam,"\. Remove the extra comma\.$/,
    );
  });

  it("says where to set the learning rate", async () => {
    const program = new Command().exitOverride();
    addCompareCommand(program);
    await expect(program.parseAsync(["compare", "--lr", "0.1"], { from: "user" })).rejects.toThrow(
      "--lr: The learning rate is a setting of an optimizer. Write it after a colon, such as adam:learningRate=0.1.",
    );
    await expect(program.parseAsync(["compare", "--weight-decay", "0.1"], { from: "user" })).rejects.toThrow(
      "--weight-decay: The weight decay is a setting of an optimizer. Write it after a colon, such as adam:decoupledWeightDecay=0.1.",
    );
  });

  it("reads a file with a byte-order mark, and reports one that is not UTF-8", () => {
    const path = join(folder, "mark.json");
    writeFileSync(path, '\ufeff{ "epochs": 9 }');
    expect(configOf(["--config", path])).toEqual({ epochs: 9 });
    writeFileSync(path, '\ufeff{ "epochs": 9 }', "utf16le");
    expect(() => configOf(["--config", path])).toThrow(/it is encoded as UTF-16; save it as UTF-8\.$/);
    expect(() => configOf(["--config", folder])).toThrow(/^Cannot read .*: it is a folder\.$/);
  });

  it("reads all, and several values of a setting", () => {
    expect(configOf(["--optimizers", "all", "--losses", "all", "--vary", "model=all"])).toEqual({
      optimizers: "all",
      losses: "all",
      vary: { model: "all" },
    });
    expect(configOf(["--optimizers", "adam,sgd:learningRate=1e-3..1e-1/3:momentum=[0,0.9]"])).toEqual({
      optimizers: [
        "adam",
        { name: "sgd", learningRate: { from: 1e-3, to: 1e-1, points: 3 }, momentum: [0, 0.9] },
      ],
    });
  });

  it("reads the values to vary", () => {
    const vary = (...values: string[]) => configOf(values.flatMap((each) => ["--vary", each])).vary;
    expect(
      vary(
        "batchSize=32,256",
        "schedule=constant,cosine:alpha=0.1",
        "optimizer.learningRate=1e-4..1e-1/7",
        "optimizer.momentum=0..0.9",
        "epochs=1..9/3/linear",
        "augmentation=none,shift=2:rotation=10",
        "earlyStopping.monitor=validation.loss,train.loss",
        "dataset=mnist-10k,digits",
        "initialWeights=none,first.safetensors:except=dense_2",
        "frozen=none,[conv2d_0,conv2d_1],conv2d_0",
      ),
    ).toEqual({
      batchSize: [32, 256],
      schedule: ["constant", { name: "cosine", alpha: 0.1 }],
      "optimizer.learningRate": { from: 1e-4, to: 0.1, points: 7 },
      "optimizer.momentum": { from: 0, to: 0.9 },
      epochs: { from: 1, to: 9, points: 3, scale: "linear" },
      augmentation: [null, { shift: 2, rotation: 10 }],
      "earlyStopping.monitor": ["validation.loss", "train.loss"],
      dataset: ["mnist-10k", "digits"],
      initialWeights: [null, { from: "first.safetensors", except: ["dense_2"] }],
      frozen: [null, ["conv2d_0", "conv2d_1"], ["conv2d_0"]],
    });
    for (const text of ["batchSize", "=1", "batchSize="])
      expect(() => vary(text)).toThrow("Expected a path and values such as batchSize=32,256");
    expect(() => vary("epochs=1,,2")).toThrow("Remove the extra comma");
    expect(() => vary("epochs=1,2..3")).toThrow('"2..3" is a range, which cannot be part of a list.');
    expect(() => vary("epochs=1", "epochs=2")).toThrow('"epochs" is given twice.');
    expect(() => vary("model=mpl")).toThrow('Did you mean "mlp"?');
  });

  it("reads weights to start from and frozen layers", () => {
    const read = (line: string) => configOf(line.split(" "), TRAIN_OPTIONS);
    expect(read("--initial-weights first.safetensors --frozen conv2d_0,residual_1")).toEqual({
      initialWeights: "first.safetensors",
      frozen: ["conv2d_0", "residual_1"],
    });
    expect(read("--initial-weights net.safetensors:except=[dense_1,dense_2]:names.conv2d_0=stem")).toEqual({
      initialWeights: {
        from: "net.safetensors",
        except: ["dense_1", "dense_2"],
        names: { conv2d_0: "stem" },
      },
    });
  });

  it("keeps text that is not a number, for the schema to reject", () => {
    for (const epochs of ["many", "0x10", "Infinity", ""])
      expect(configOf(["--epochs", epochs])).toEqual({ epochs });
    expect(configOf(["--seeds", "0x3,1e1"])).toEqual({ seeds: ["0x3", 10] });
  });

  it("overrides a file with options, also one part of a split alone", () => {
    const config = file("config.json", { epochs: 9, batchSize: 64, split: { train: 10, validation: 5 } });
    expect(configOf(["--config", config, "--epochs", "1", "--train-size", "20"])).toEqual({
      epochs: 1,
      batchSize: 64,
      split: { train: 20, validation: 5 },
    });
  });

  it("reads a study back as its config", () => {
    const study = { schemaVersion: 1, config: { epochs: 7 }, runs: [] };
    expect(configOf(["--config", file("study.json", study)])).toEqual({ epochs: 7 });
    const newer = file("newer.json", { ...study, schemaVersion: 2 });
    expect(() => configOf(["--config", newer])).toThrow(
      `${newer} is a study of schemaVersion 2 (number), which this version of optimbench does not support.`,
    );
  });

  it("names a file that it cannot read", () => {
    expect(() => configOf(["--config", join(folder, "none.json")])).toThrow(
      /Cannot read .*none\.json: no such file or folder\./,
    );
    writeFileSync(join(folder, "broken.json"), "{");
    expect(() => configOf(["--config", join(folder, "broken.json")])).toThrow(/Cannot read .*broken\.json: /);
    expect(() => configOf(["--config", file("list.json", [])])).toThrow(
      /list\.json does not contain a config/,
    );
  });
});

const keys = (schema: z.ZodType): string[] =>
  Object.keys((schema as unknown as { def: { innerType: z.ZodObject } }).def.innerType.shape);

describe.each([
  ["compare", compareConfigSchema, COMPARE_OPTIONS, addCompareCommand],
  ["train", trainConfigSchema, TRAIN_OPTIONS, addTrainCommand],
] as const)("%s --help", (name, schema, options, add) => {
  const program = new Command();
  add(program);
  const help = program.commands.find((each) => each.name() === name)!.helpInformation();

  it("has an option for every key of the config", () => {
    expect([...new Set(options.map(({ path }) => path.split(".")[0]))].sort()).toEqual(
      keys(schema)
        .filter((key) => key !== "$schema" && key !== "arms")
        .sort(), // it is for files alone
    );
    for (const { flags } of options) expect(help).toContain(flags);
  });

  it("describes each option, with its default", () => {
    expect(help).not.toContain("undefined");
    expect(help.replaceAll(/\s+/g, " ")).toContain("passes over the training images (default: ");
    expect(help.replaceAll(/\s+/g, " ")).toContain("adam, ");
    expect(help.replaceAll(/\s+/g, " ")).toContain("keras3, keras2, pytorch (default: keras3)");
  });
});
