// Kills a training run with SIGKILL at random moments and resumes it each time, until it has been killed `--kills` times (default
// 200). After each kill, the checkpoint must be readable and must have lost nothing of an earlier one. Whenever a run is complete,
// it must equal one that was not interrupted, times aside. Then another one begins.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { count, readOptions } from "../bench/options.mjs";
import { readStudy } from "../dist/index.js";
import { measured } from "../dist/study/measured.js";
import { packageRoot } from "../dist/system/package-root.js";
import { openCheckpoint } from "../dist/training/checkpoint/checkpoint-file.js";

const usage = "Usage: node scripts/kill-training.mjs [--kills 200]";
const most = count(readOptions(usage, { kills: { type: "string", default: "200" } }), "kills");
const folder = mkdtempSync(join(tmpdir(), "optimbench-kill-"));
const TRAIN = ["--dataset", "digits", "--model", "mlp", "--batch-size", "4", "--epochs", "20"];
const EVERY = ["--checkpoint-epochs", "1", "--checkpoint-minutes", "0.001", "--resume"];

/** Trains. @returns whether it was killed after `milliseconds` */
async function run(name, milliseconds) {
  const line = [join(packageRoot, "dist", "cli", "main.js"), "train", ...TRAIN, "--quiet"];
  const files = ["--out", join(folder, name), "--checkpoint", join(folder, `${name}.safetensors`)];
  const child = spawn(process.execPath, [...line, ...EVERY, ...files], { stdio: "ignore" });
  const timer = milliseconds && setTimeout(() => child.kill("SIGKILL"), milliseconds);
  const [code, signal] = await once(child, "close");
  clearTimeout(timer);
  if (signal === null && code !== 0) throw new Error(`${name}: training ended with exit code ${code}.`);
  return signal !== null;
}

/** The epochs and the updates of the next one that a checkpoint has. */
async function progressOf(name) {
  const path = join(folder, `${name}.safetensors`);
  if (!existsSync(path)) return 0;
  const { progress, close } = await openCheckpoint(path);
  await close();
  return progress.history.length + (progress.pass?.updates ?? 0) / 1e6;
}

const resultOf = async (name) => measured((await readStudy(join(folder, name, "study.json"))).runs[0]);

const start = performance.now();
await run("whole");
const longest = performance.now() - start;
const whole = await resultOf("whole");

let kills = 0;
let runs = 0;
while (kills < most) {
  const name = `killed-${++runs}`;
  let before = 0;
  while (kills < most && (await run(name, Math.random() * longest))) {
    kills++;
    const progress = await progressOf(name);
    assert.ok(progress >= before, `${name}: ${progress} is less than ${before}`);
    before = progress;
  }
  if (kills === most) await run(name);
  assert.deepEqual(await resultOf(name), whole);
  console.log(`kills: ${kills}; complete runs, all equal to the uninterrupted one: ${runs}`);
}
rmSync(folder, { recursive: true });
