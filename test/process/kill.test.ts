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
