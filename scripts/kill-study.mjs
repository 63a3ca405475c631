// Kills a study with SIGKILL at random moments and continues it each time, until it has been killed `--kills` times (default 100).
// Whenever a study is complete, it must equal one that was not interrupted, times aside. Then another one begins.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { diffStudies, readStudy } from "../dist/index.js";
import { packageRoot } from "../dist/system/package-root.js";

const { values } = parseArgs({ options: { kills: { type: "string", default: "100" } } });
const folder = mkdtempSync(join(tmpdir(), "optimbench-kill-"));
const STUDY = ["--dataset", "digits", "--model", "mlp", "--optimizers", "adam,sgd,lion", "--seeds", "20"];
const RUNS = 60;

/** Runs the study in a folder. @returns whether it was killed after `milliseconds` */
async function run(name, milliseconds) {
  const line = [join(packageRoot, "dist", "cli", "main.js"), "compare", ...STUDY, "--epochs", "1", "--quiet"];
  const child = spawn(process.execPath, [...line, "--out", join(folder, name)], { stdio: "ignore" });
  const timer = milliseconds && setTimeout(() => child.kill("SIGKILL"), milliseconds);
  const [code, signal] = await once(child, "close");
  clearTimeout(timer);
  if (signal === null && code !== 0) throw new Error(`${name}: the study ended with exit code ${code}.`);
  return signal !== null;
}

/** The share of a study's runs that are not finished. */
function left(name) {
  const cells = join(folder, name, "cells.jsonl");
  if (!existsSync(cells)) return 1;
  return (
    1 -
    readFileSync(cells, "utf8")
      .split("\n")
      .filter((line) => line.startsWith('{"cell"')).length /
      RUNS
  );
}

const start = performance.now();
await run("whole");
const longest = performance.now() - start;
const whole = await readStudy(join(folder, "whole", "study.json"));

let kills = 0;
let studies = 0;
while (kills < Number(values.kills)) {
  const name = `killed-${++studies}`;
  while (kills < Number(values.kills) && (await run(name, Math.random() * longest * left(name)))) kills++;
  if (kills === Number(values.kills)) await run(name);
  const { equal, runs } = await diffStudies(whole, await readStudy(join(folder, name, "study.json")));
  if (!equal)
    throw new Error(`${join(folder, name)} differs from ${join(folder, "whole")} in ${runs.length} runs.`);
  console.log(`kills: ${kills}; complete studies, all equal to the uninterrupted one: ${studies}`);
}
rmSync(folder, { recursive: true });
