import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Profile } from "../../src/history/profile.js";
import { train } from "../../src/index.js";
import { loadNative } from "../../src/native/addon.js";
import { profileTable } from "../../src/report/tables/profile-table.js";
import { compare } from "../../src/study/compare.js";
import { readStudy, writeStudy } from "../../src/study/study-file.js";
import { bands, smallModel } from "../small-task.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "optimbench-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const parts = ({ layers, ...rest }: Profile) => [
  ...layers.flatMap(({ forward, backward }) => [forward, backward]),
  ...Object.values(rest),
];

describe("a profiled run", () => {
  const task = { model: smallModel, epochs: 2, batchSize: 16, microBatch: 4 } as const;

  it.each([1, 2])("on %i threads: names every layer, and adds up to its training time", async (threads) => {
    const { profile, seconds } = await train({
      ...{ ...task, epochs: 20, threads },
      dataset: await bands(),
      profile: true,
    });
    expect(profile!.steps).toBe(20 * 6);
    // Layers that one operator computes are listed together.
    expect(profile!.seconds.layers.flatMap(({ name }) => name.split(", "))).toEqual(
      expect.arrayContaining(["conv2d_0", "maxPool2d_0", "flatten_0", "dense_0"]),
    );
    const { layers, batch, loss, update, summing } = profile!.seconds;
    const convolution = layers.find(({ name }) => name.startsWith("conv2d_0"))!;
    for (const each of [convolution.forward, convolution.backward, batch, loss, update, summing])
      expect(each).toBeGreaterThan(0);
    for (const each of parts(profile!.seconds)) expect(each).toBeGreaterThanOrEqual(0);
    // No part is counted twice or lost.
    const sum = parts(profile!.seconds).reduce((total, each) => total + each, 0);
    expect(sum / seconds.train).toBeGreaterThan(0.9);
    expect(sum / seconds.train).toBeLessThan(1.1);
  });

  it("trains to the same weights, and has no profile by default", async () => {
    const dataset = await bands();
    const plain = await train({ ...task, dataset });
    const watched = await train({ ...task, dataset, profile: true });
    expect(watched.parametersSha256).toEqual(plain.parametersSha256);
    expect(plain.profile).toBeUndefined();
  });

  it("is saved in study.json", async () => {
    const study = await compare({ ...task, dataset: await bands(), optimizers: ["sgd"], profile: true });
    const path = join(folder, "study.json");
    await writeStudy(study, path);
    expect((await readStudy(path)).runs[0]!.profile).toEqual(study.runs[0]!.profile);
    expect(study.runs[0]!.profile).toBeDefined();
  });

  it("rejects a value that is not a boolean", async () => {
    await expect(train({ profile: 1 as never })).rejects.toThrow(
      "Expected true or false for `profile`, got 1 (number).",
    );
  });
});

it("a profile's table has milliseconds per step, and shares", () => {
  const seconds = {
    layers: [{ name: "dense_0", forward: 0.002, backward: 0.004 }],
    ...{ batch: 0.001, loss: 0.001, waiting: 0, summing: 0.0005, update: 0.001, rest: 0.0005 },
  };
  const rows = profileTable({ steps: 2, seconds })
    .split("\n")
    .map((line) => line.split("│").map((cell) => cell.trim()));
  expect(rows).toContainEqual(["", "dense_0", "1.000", "2.000", "3.000", "60.0%", ""]);
  expect(rows).toContainEqual(["", "update", "", "", "0.500", "10.0%", ""]);
  expect(rows).toContainEqual(["", "step", "1.000", "2.000", "5.000", "100.0%", ""]);
});

it("timing a matrix product accepts valid sizes and threads only", () => {
  const { timeMatrixProduct } = loadNative();
  for (const threads of [1, 2, 3]) expect(timeMatrixProduct({ size: 65, threads })).toBeGreaterThan(0);
  expect(timeMatrixProduct({ size: 1, threads: 5 })).toBeGreaterThan(0);
  expect(() => timeMatrixProduct({ size: 0, threads: 1 })).toThrow(/`timeMatrixProduct.size`/);
  expect(() => timeMatrixProduct({ size: 8, threads: 0 })).toThrow(/`timeMatrixProduct.threads`/);
});
