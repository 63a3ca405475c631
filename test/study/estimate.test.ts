import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { compare } from "../../src/study/compare.js";
import { estimateStudy } from "../../src/tuning/estimate-study.js";
import { bands, smallModel } from "../small-task.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "optimbench-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const digits = { dataset: "digits", model: "mlp", optimizers: ["adam", "sgd"], epochs: 2 } as const;

it("estimates arms, runs, memory and time, and writes nothing", async () => {
  const out = join(folder, "study");
  const estimate = await estimateStudy({ ...digits, seeds: 3 }, { folder: out });
  expect(estimate).toMatchObject({ runs: 6, seeds: 3, finished: 0 });
  expect(estimate.arms.map(({ label, runs, finished }) => [label, runs, finished])).toEqual([
    ["adam", 3, 0],
    ["sgd", 3, 0],
  ]);
  const [adam, sgd] = estimate.arms;
  expect(adam!.secondsPerRun).toBeGreaterThan(0);
  expect(estimate.seconds).toBeCloseTo(3 * (adam!.secondsPerRun + sgd!.secondsPerRun));
  expect(estimate.memoryBytes).toBeGreaterThan(1e6);
  expect(existsSync(out)).toBe(false);
});

it("rejects when the signal fires", async () => {
  const signal = AbortSignal.abort();
  await expect(estimateStudy(digits, { signal })).rejects.toMatchObject({
    code: "ABORTED",
    message: "The estimate was stopped.",
  });
  await expect(compare({ ...digits, budget: "1h", signal })).rejects.toMatchObject({ code: "ABORTED" });
});

it("counts what a folder already has, and leaves the folder as it is", async () => {
  await compare({ ...digits, folder });
  const files = () => readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]);
  const before = files();
  const estimate = await estimateStudy({ ...digits, seeds: 3 }, { folder });
  expect(estimate).toMatchObject({ runs: 6, finished: 2 });
  expect(estimate.arms.map(({ finished }) => finished)).toEqual([1, 1]);
  expect((await estimateStudy(digits, { folder })).seconds).toBe(0);
  expect(files()).toEqual(before);
  await expect(estimateStudy({ ...digits, epochs: 3 }, { folder })).rejects.toThrow(
    `${folder} already contains another study`,
  );
});

it("predicts the size of cells.jsonl and study.json within a factor of two", async () => {
  const config = { dataset: await bands(), model: smallModel, epochs: 5, seeds: 3 };
  const { diskBytes } = await estimateStudy(config);
  await compare({ ...config, folder });
  const size = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  expect(diskBytes / size).toBeGreaterThan(0.5);
  expect(diskBytes / size).toBeLessThan(2);
});

it("rejects what compare rejects, and unknown options", async () => {
  await expect(estimateStudy({ epochs: -1 })).rejects.toMatchObject({ code: "CONFIG", path: "epochs" });
  // @ts-expect-error a misspelt key
  await expect(estimateStudy({}, { out: "report" })).rejects.toMatchObject({ code: "CONFIG" });
});
