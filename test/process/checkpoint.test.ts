import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import { randomStream } from "../../src/data/random.js";
import { measured } from "../../src/study/measured.js";
import { readStudy } from "../../src/study/study-file.js";
import { packageRoot } from "../../src/system/package-root.js";
import { openCheckpoint } from "../../src/training/checkpoint/checkpoint-file.js";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "optimbench-"));
});
afterEach(() => rmSync(root, { recursive: true }));

const CONFIG = ["--dataset", "digits", "--model", "mlp", "--train-size", "300", "--batch-size", "4"];
const start = (command: string, ...options: string[]): ChildProcess =>
  spawn(
    process.execPath,
    [join(packageRoot, "dist", "cli", "main.js"), command, ...CONFIG, "--quiet", ...options],
    { cwd: root, stdio: ["ignore", "pipe", "inherit"] },
  );
const ended = async (child: ChildProcess) => {
  child.stdout!.resume();
  return (await once(child, "close")) as [number | null, NodeJS.Signals | null];
};
const resultIn = async (folder: string) =>
  (await readStudy(join(root, folder, "study.json"))).runs.map((run) => measured(run));
const epochsIn = async (file: string) => {
  const saved = await openCheckpoint(file);
  await saved.close();
  return saved.progress.history.length - 1 + (saved.progress.pass ? 0.5 : 0);
};
/** Waits until a file or folder exists. */
const exists = async (path: string) => {
  while (!existsSync(path)) await after(5);
};

it("a run that Ctrl-C ends goes on from its checkpoint, with the result of an uninterrupted one", async () => {
  expect(await ended(start("train", "--epochs", "12", "--out", "whole"))).toEqual([0, null]);
  const file = join(root, "run.safetensors");
  const train = ["--epochs", "12", "--checkpoint", "run.safetensors", "--resume", "--out", "resumed"];
  const child = start("train", ...train);
  let said = "";
  child.stdout!.on("data", (text) => {
    said += text;
  });
  await exists(file);
  child.kill("SIGINT");
  expect(await ended(child)).toEqual([130, null]);
  expect(said).toContain("Checkpoint: run.safetensors. The same command with --resume goes on from it.");
  expect(await epochsIn(file)).toBeLessThan(12);
  expect(await ended(start("train", ...train))).toEqual([0, null]);
  expect(await resultIn("resumed")).toEqual(await resultIn("whole"));
  expect(await ended(start("train", "--epochs", "12", "--checkpoint", "run.safetensors"))).toEqual([2, null]);
});

it("the file of the model cannot be that of the checkpoint, which is said before training", async () => {
  const child = start("train", "--checkpoint", "run.safetensors", "--save", "./run.safetensors");
  expect(await ended(child)).toEqual([2, null]);
  expect(readdirSync(root)).toEqual([]);
});

it("a run that is killed at random moments loses nothing but the work since its last checkpoint", async () => {
  const file = join(root, "run.safetensors");
  const train = ["--epochs", "14", "--checkpoint", "run.safetensors", "--resume"];
  const random = randomStream(1, "samples");
  const progress: number[] = [];
  for (let kills = 0; kills < 6; kills++) {
    const child = start("train", ...train);
    if (kills === 0) await exists(file);
    else await after((random() / 2 ** 32) * 1000);
    child.kill("SIGKILL");
    await ended(child);
    progress.push(await epochsIn(file)); // and the file is whole
  }
  expect(progress).toEqual(progress.toSorted((a, b) => a - b));
  expect(await ended(start("train", ...train, "--out", "killed"))).toEqual([0, null]);
  expect(await ended(start("train", "--epochs", "14", "--out", "whole"))).toEqual([0, null]);
  expect(await resultIn("killed")).toEqual(await resultIn("whole"));
  expect(readdirSync(root).filter((name) => name.startsWith(".optimbench-")).length).toBeLessThanOrEqual(1);
});

it("a study goes on in the middle of an interrupted run, and keeps no checkpoint of finished ones", async () => {
  const compare = ["--epochs", "12", "--optimizers", "adam,sgd", "--seeds", "1", "--out"];
  expect(await ended(start("compare", ...compare, "whole"))).toEqual([0, null]);
  const child = start("compare", ...compare, "ended");
  await exists(join(root, "ended", "claims"));
  await after(500);
  child.kill("SIGTERM");
  expect(await ended(child)).toEqual([143, null]);
  const checkpoints = join(root, "ended", "checkpoints");
  const finished = () => readFileSync(join(root, "ended", "cells.jsonl"), "utf8").split("\n").length - 2;
  expect(finished() < 2 ? readdirSync(checkpoints) : ["-"]).toHaveLength(1);
  expect(await ended(start("compare", ...compare, "ended"))).toEqual([0, null]);
  expect(await resultIn("ended")).toEqual(await resultIn("whole"));
  expect(existsSync(checkpoints)).toBe(false);
});
