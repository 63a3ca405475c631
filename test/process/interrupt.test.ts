import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { expect, it } from "vitest";
import { idxHeader } from "../../src/data/sources/idx.js";
import { compare, train, writeStudy } from "../../src/index.js";
import { packageRoot } from "../../src/system/package-root.js";
import { temporaryFolder } from "../data/idx-files.js";
import { endOf } from "./program.js";

const SIGNALS = [
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", "SIGHUP"],
] as const;

const TASK = ["--dataset", "digits", "--model", "mlp", "--train-size", "600", "--validation-size", "100"];
const ENDLESS = ["--epochs", "100000"];

const start = (folder: string, ...line: readonly string[]): ChildProcess =>
  spawn(process.execPath, [join(packageRoot, "dist", "cli", "main.js"), ...line], { cwd: folder });

/** Sends a signal once a process has printed a text. */
async function signalAt(child: ChildProcess, text: RegExp, signal: NodeJS.Signals) {
  for (const stream of [child.stdout!, child.stderr!])
    stream.on("data", (said) => {
      if (text.test(String(said)) && !child.killed) child.kill(signal); // a second signal would end it immediately
    });
  return endOf(child);
}

/** Sends a signal once a process handles it. Node.js alone handles no SIGHUP. */
async function signalWhenHandled(child: ChildProcess, signal: NodeJS.Signals) {
  const ended = endOf(child);
  const handles = () => {
    const caught = /SigCgt:\s*(\w+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1];
    return (BigInt(`0x${caught}`) & 1n) === 1n; // the first bit is SIGHUP's
  };
  while (!handles()) await after(5);
  child.kill(signal);
  return ended;
}

it.each(SIGNALS)("train reports its epochs and saves its model on %s", async (signal, ended) => {
  const folder = temporaryFolder();
  const line = ["train", ...TASK, ...ENDLESS, "--save", "model.safetensors"];
  const result = await signalAt(start(folder, ...line), /epoch 2\//, signal);
  expect(result).toMatchObject({ ended, stderr: expect.stringContaining("Stopping; finished results") });
  expect(result.stdout).toMatch(/adam: seed 0 cancelled after epoch \d+\.\nModel: model\.safetensors\n$/);
  expect(readdirSync(folder)).toEqual(["model.safetensors"]);
});

it.each(SIGNALS)("bench reports what it measured on %s", async (signal, ended) => {
  const folder = temporaryFolder();
  const what = ["--model", "mlp", "--measure", "update", "--optimizers", "adam", "--batch-sizes", "8"];
  const line = ["bench", ...what, "--rounds", "1000", "--seconds", "360", "--out", "record.json"];
  const result = await signalAt(start(folder, ...line), /^3\//m, signal);
  expect(result).toMatchObject({ ended, stdout: expect.stringContaining("Stopped early") });
  const { status, results } = JSON.parse(readFileSync(join(folder, "record.json"), "utf8"));
  expect([status, results.length]).toEqual(["cancelled", 1]);
  expect(readdirSync(folder)).toEqual(["record.json"]);
});

it.each(SIGNALS)("verify reports the runs that it repeated on %s", async (signal, ended) => {
  const folder = temporaryFolder();
  const task = { dataset: "digits", model: "mlp", split: { train: 600, validation: 100 } } as const;
  const study = await compare({ ...task, optimizers: ["adam"], seeds: 8, epochs: 20 });
  await writeStudy(study, join(folder, "study.json"));
  const result = await signalAt(start(folder, "verify", "study.json", "--cells", "8"), /: equal/, signal);
  expect(result).toMatchObject({ ended, stderr: expect.stringContaining("Stopping") });
  expect(result.stdout).toMatch(/^Interrupted, equal so far: [1-7] of 8 runs compared/);
});

it.each(SIGNALS)(
  "a tuned study says on %s that nothing is selected, and how to continue",
  async (signal, ended) => {
    const folder = temporaryFolder();
    const tuned = ["--question", "tuned", "--trials", "4", "--optimizers", "adam", "--seeds", "2"];
    const line = ["compare", ...TASK, ...ENDLESS, ...tuned, "--out", "out"];
    const result = await signalAt(start(folder, ...line), /epoch 1\//, signal);
    expect(result).toMatchObject({ ended });
    expect(result.stderr).toContain("The study ended during its trials, so nothing is selected. With --out");
    expect(readdirSync(join(folder, "out"))).not.toContain("index.html");
  },
);

it.each(["evaluate", "predict"])("%s ends on Ctrl-C while it computes", async (command) => {
  const folder = temporaryFolder();
  const { model } = await train({ dataset: "mnist-10k", split: { train: 32, validation: 32 }, epochs: 0 });
  await model.save(join(folder, "model.safetensors"));
  model.dispose();
  const images = Buffer.concat([idxHeader([50_000, 28, 28]), Buffer.alloc(50_000 * 784)]);
  writeFileSync(join(folder, "images-idx3-ubyte"), images);
  const what = command === "evaluate" ? ["--dataset", "mnist-10k"] : ["images-idx3-ubyte"];
  const line = [command, "model.safetensors", ...what];
  const result = await signalWhenHandled(start(folder, ...line), "SIGINT");
  expect(result).toMatchObject({ ended: 130, stderr: expect.stringContaining("Stopping") });
  expect(result.stderr).not.toMatch(/bug in optimbench|\n {4}at /);
});

it("compare --dry-run ends on Ctrl-C while it measures, and estimates nothing", async () => {
  const line = ["compare", "--optimizers", "all", "--batch-size", "1000", "--dry-run"];
  const result = await signalWhenHandled(start(temporaryFolder(), ...line), "SIGINT");
  expect(result).toMatchObject({ ended: 130, stdout: "" });
  expect(result.stderr).toContain("error: The estimate was stopped.");
});

it.each([
  ["train, while it reads the images and loads libtorch", ["train", ...ENDLESS], 130],
  ["compare, while it reads the images and loads libtorch", ["compare", ...ENDLESS], 130],
])("ends on Ctrl-C: %s", async (_, line, ended) => {
  const result = await signalWhenHandled(start(temporaryFolder(), ...line), "SIGINT");
  expect(result).toMatchObject({ ended });
  expect(result.stderr).not.toMatch(/bug in optimbench|\n {4}at /);
});
