import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import { randomStream } from "../../src/data/random.js";
import type { Study } from "../../src/study/study.js";
import { readStudy } from "../../src/study/study-file.js";
import { packageRoot } from "../../src/system/package-root.js";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "optimbench-"));
});
afterEach(() => rmSync(root, { recursive: true }));

const COMPARE = `
  import { compare } from ${JSON.stringify(join(packageRoot, "dist", "index.js"))};
  await compare({
    dataset: "digits",
    model: "mlp",
    split: { train: 200, validation: 100 },
    optimizers: ["adam", "sgd", "muon", "lion"],
    seeds: 6,
    epochs: 2,
    folder: process.argv[1],
  });`;

const start = (out: string): ChildProcess =>
  spawn(process.execPath, ["--input-type=module", "--eval", COMPARE, join(root, out)], { stdio: "inherit" });

const result = ({ config, runs }: Study) => ({
  config,
  runs: runs.map(({ startedAt: _, seconds: __, history, ...run }) => ({
    ...run,
    history: history.map(({ seconds: ___, ...epoch }) => epoch),
  })),
});

it("continues a study that is killed at random moments, and gets the result of an uninterrupted one", async () => {
  const begun = performance.now();
  expect(await once(start("whole"), "close")).toEqual([0, null]);
  const duration = performance.now() - begun;

  const cells = join(root, "killed", "cells.jsonl");
  const finished = () => (existsSync(cells) ? readFileSync(cells, "utf8").split("\n").length - 2 : 0);
  const random = randomStream(1, "samples");
  const progress: number[] = [];
  for (let kills = 0; kills < 6; kills++) {
    const child = start("killed");
    const closed = once(child, "close");
    await Promise.race([closed, after((random() / 2 ** 32) * duration)]);
    child.kill("SIGKILL");
    await closed;
    progress.push(finished());
  }
  expect(progress).toEqual(progress.toSorted((a, b) => a - b)); // nothing finished is lost
  expect(await once(start("killed"), "close")).toEqual([0, null]);
  const studies = ["whole", "killed"].map((name) => readStudy(join(root, name, "study.json")));
  const [whole, killed] = (await Promise.all(studies)).map(result);
  expect(killed).toEqual(whole);
  expect(killed!.runs).toHaveLength(24);
});

const TUNED = `
  import { compare } from ${JSON.stringify(join(packageRoot, "dist", "index.js"))};
  const [folder, event, number] = process.argv.slice(1);
  const die = (...events) => {
    if (events.includes(event) && ++seen === Number(number)) process.kill(process.pid, "SIGKILL");
  };
  let seen = 0;
  await compare({
    question: "tuned",
    tuning: { trials: 4, space: { sgd: { learningRate: { from: 1e-6, to: 1e-5 } } } }, // is extended three times
    dataset: "digits",
    model: "mlp",
    split: { train: 200, validation: 100 },
    optimizers: ["adam", "sgd"],
    seeds: 2,
    epochs: 2,
    folder,
    onEpoch: (_, { config }) => die("epoch", ...(config.testEvaluation === false ? [] : ["selected epoch"])),
    onRun: ({ config }) => die("run", ...(config.testEvaluation === false ? [] : ["selected run"])),
  });`;

/** Runs a tuned study that kills itself with SIGKILL at the given event, if any. */
async function tune(folder: string, ...[event = "", number = ""]: readonly string[]) {
  const line = ["--input-type=module", "--eval", TUNED, join(root, folder), event, number];
  return once(spawn(process.execPath, line, { stdio: "inherit" }), "close");
}

it("continues a tuned study that is killed in trials, extensions and selected runs, to the same result", async () => {
  expect(await tune("whole")).toEqual([0, null]);
  const finished = () =>
    ["tuning", "."].map((study) => {
      const cells = join(root, "killed", study, "cells.jsonl");
      const lines = existsSync(cells) ? readFileSync(cells, "utf8").split("\n") : [];
      return lines.filter((each) => each.startsWith('{"cell"')).length;
    });
  const kills = [
    { at: ["epoch", "2"], finished: [0, 0] },
    { at: ["run", "5"], finished: [5, 0] },
    { at: ["epoch", "11"], finished: [8, 0] },
    { at: ["run", "3"], finished: [11, 0] },
    { at: ["selected epoch", "2"], finished: [14, 0] },
    { at: ["selected run", "1"], finished: [14, 1] },
    { at: ["selected run", "3"], finished: [14, 4] },
  ];
  for (const kill of kills) {
    expect(await tune("killed", ...kill.at)).toEqual([null, "SIGKILL"]);
    expect(finished()).toEqual(kill.finished);
  }
  expect(await tune("killed")).toEqual([0, null]);
  const read = async (name: string) =>
    Promise.all(
      ["tuning", "."].map(async (study) => result(await readStudy(join(root, name, study, "study.json")))),
    );
  expect(await read("killed")).toEqual(await read("whole"));
});
