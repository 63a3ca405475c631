// Kills a study with SIGKILL at random moments and continues it each time, until it has been killed `--kills` times (default 100).
// Whenever a study is complete, it must equal one that was not interrupted, times aside. Then another one begins. `--tuned` kills a
// tuned study, among its trials and among the runs of the selected settings.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { count, readOptions } from "../bench/options.mjs";
import { diffStudies, readStudy } from "../dist/index.js";
import { packageRoot } from "../dist/system/package-root.js";

const values = readOptions("Usage: node scripts/kill-study.mjs [--kills 100] [--tuned]", {
  kills: { type: "string", default: "100" },
  tuned: { type: "boolean", default: false },
});
const most = count(values, "kills");
const folder = mkdtempSync(join(tmpdir(), "optimbench-kill-"));
const SHARED = ["--dataset", "digits", "--model", "mlp", "--optimizers", "adam,sgd,lion", "--epochs", "1"];
const PLAIN = [...SHARED, "--seeds", "20"];
const TUNED = [...SHARED, "--question", "tuned", "--trials", "8", "--seeds", "6"];
/** The studies of a folder. */
const STUDIES = values.tuned ? ["tuning", "."] : ["."];

/** Runs the study in a folder. @returns whether it was killed after `milliseconds` */
async function run(name, milliseconds) {
  const line = [join(packageRoot, "dist", "cli", "main.js"), "compare", ...(values.tuned ? TUNED : PLAIN)];
  const child = spawn(process.execPath, [...line, "--quiet", "--out", join(folder, name)], {
    stdio: "ignore",
  });
  const timer = milliseconds && setTimeout(() => child.kill("SIGKILL"), milliseconds);
  const [code, signal] = await once(child, "close");
  clearTimeout(timer);
  if (signal === null && code !== 0) throw new Error(`${name}: the study ended with exit code ${code}.`);
  return signal !== null;
}

/** The number of finished runs in a folder. */
function finished(name) {
  const lines = STUDIES.flatMap((study) => {
    const cells = join(folder, name, study, "cells.jsonl");
    return existsSync(cells) ? readFileSync(cells, "utf8").split("\n") : [];
  });
  return lines.filter((line) => line.startsWith('{"cell"')).length;
}

const read = (name) =>
  Promise.all(STUDIES.map((study) => readStudy(join(folder, name, study, "study.json"))));

const start = performance.now();
await run("whole");
const longest = performance.now() - start;
const whole = await read("whole");
const runs = finished("whole");

let kills = 0;
let studies = 0;
while (kills < most) {
  const name = `killed-${++studies}`;
  while (kills < most && (await run(name, Math.random() * longest * (1 - finished(name) / runs)))) kills++;
  if (kills === most) await run(name);
  for (const [i, study] of (await read(name)).entries()) {
    const { equal, runs: different } = await diffStudies(whole[i], study);
    if (!equal)
      throw new Error(
        `${join(folder, name, STUDIES[i])} differs from the uninterrupted study in ${different.length} runs.`,
      );
    assert.deepEqual(study.config.tuning, whole[i].config.tuning);
  }
  console.log(`kills: ${kills}; complete studies, all equal to the uninterrupted one: ${studies}`);
}
rmSync(folder, { recursive: true });
