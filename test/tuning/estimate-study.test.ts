import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { CompareConfig } from "../../src/config/compare-config.js";
import { compare, estimateStudy } from "../../src/index.js";
import { bands } from "../small-task.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "optimbench-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const tuned = {
  question: "tuned",
  dataset: await bands(),
  model: { layers: [{ type: "flatten" }, { type: "dense", units: 3 }] },
  optimizers: ["adam", "sgd"],
  epochs: 1,
  seeds: 2,
  tuning: { trials: 4, seeds: 3 },
  threads: 1,
  untimedSteps: false,
} as const satisfies CompareConfig;

it("estimates the trials of a tuned study, those that may be added, and the selected runs", async () => {
  const out = join(folder, "study");
  const { trials, ...selected } = await estimateStudy(tuned, { folder: out });
  // three extensions by a quarter of the trials, of two arms with three seeds
  expect(trials).toMatchObject({ runs: 24, finished: 0, mostMore: 18 });
  expect(trials!.mostMoreSeconds).toBeCloseTo((trials!.seconds / 24) * 18);
  expect(selected).toMatchObject({ runs: 4, seeds: 2, epochs: 1, finished: 0 });
  expect(selected.arms.map(({ label, runs }) => [label, runs])).toEqual([
    ["adam", 2],
    ["sgd", 2],
  ]);
  expect(existsSync(out)).toBe(false);
});

it("counts what the folder of a tuned study has, and does not write to it", async () => {
  const controller = new AbortController();
  let runs = 0;
  const onRun = () => void (++runs === 5 && controller.abort());
  await compare({ ...tuned, folder, signal: controller.signal, onRun });
  const files = () => readdirSync(folder, { recursive: true });
  const before = files();
  expect(await estimateStudy(tuned, { folder })).toMatchObject({ finished: 0, trials: { finished: 5 } });
  expect(files()).toEqual(before);

  const study = await compare({ ...tuned, folder });
  const all = study.config.tuning!.arms!.reduce((sum, { trials }) => sum + 3 * trials.length, 0);
  expect(await estimateStudy(tuned, { folder })).toMatchObject({
    ...{ finished: 4, seconds: 0 },
    trials: { runs: all, finished: all, seconds: 0, mostMore: 0, mostMoreSeconds: 0 },
  });
  expect(await estimateStudy({ ...tuned, seeds: 3 }, { folder })).toMatchObject({ runs: 6, finished: 4 });
});

it("rejects a budget, and a folder with a study that is not tuned", async () => {
  await expect(estimateStudy(tuned, { budget: "1h" })).rejects.toThrow(
    "A tuned study cannot be cut to a `budget`",
  );
  const { question: _, tuning: __, ...untuned } = tuned;
  await compare({ ...untuned, folder });
  await expect(estimateStudy(tuned, { folder })).rejects.toThrow(
    `${folder} already contains a study that is not tuned.`,
  );
});
