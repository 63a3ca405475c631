import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compare, train } from "../../src/index.js";
import { distinctLabels } from "../../src/study/labels.js";
import { bands, smallModel } from "../small-task.js";

const folder = mkdtempSync(join(tmpdir(), "optimbench-"));
const saved = join(folder, "saved.safetensors");
const dataset = await bands();
const task = { dataset, model: smallModel, batchSize: 16, epochs: 1, optimizers: ["adam"] } as const;

beforeAll(async () => {
  const { dataset, model, batchSize } = task;
  const run = await train({ dataset, model, batchSize, epochs: 1 });
  await run.model.save(saved);
  run.model.dispose();
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("a study from given weights", () => {
  it("starts all runs with them, whatever the seed, and is repeated by its result", async () => {
    const study = await compare({ ...task, initialWeights: saved, seeds: 2 });
    expect(new Set(study.runs.map(({ parametersSha256 }) => parametersSha256.initial)).size).toBe(1);
    const again = await compare({ ...study.config, dataset });
    expect(again.runs.map(({ parametersSha256 }) => parametersSha256)).toEqual(
      study.runs.map(({ parametersSha256 }) => parametersSha256),
    );
  });

  it("may compare them with random ones, and frozen layers with trained ones", async () => {
    const study = await compare({
      ...task,
      vary: { initialWeights: [null, saved], frozen: [null, ["conv2d_0"]] },
    });
    expect(study.runs.map(({ config }) => [config.initialWeights?.from, config.frozen])).toEqual([
      [undefined, undefined],
      [undefined, ["conv2d_0"]],
      [saved, undefined],
      [saved, ["conv2d_0"]],
    ]);
    expect(distinctLabels(study.runs.map(({ config }) => config))).toEqual([
      "adam, none frozen, random weights",
      "adam, frozen conv2d_0, random weights",
      `adam, none frozen, from ${saved}`,
      `adam, frozen conv2d_0, from ${saved}`,
    ]);
    const initial = study.runs.map(({ parametersSha256 }) => parametersSha256.initial);
    expect([initial[1], initial[3]]).toEqual([initial[0], initial[2]]);
    expect(initial[2]).not.toBe(initial[0]);
    expect(new Set(study.runs.map(({ parametersSha256 }) => parametersSha256.final)).size).toBe(4);
  });

  it("is refused if the weights do not fit an arm, with the arm", () =>
    expect(
      compare({ ...task, initialWeights: saved, vary: { model: [smallModel, "mlp"] } }),
    ).rejects.toMatchObject({ code: "CONFIG", message: expect.stringContaining("dense_0.weight") }));

  it("is refused if a varied file is missing, with its place", () =>
    expect(
      compare({ ...task, vary: { initialWeights: [saved, join(folder, "none.safetensors")] } }),
    ).rejects.toMatchObject({ code: "FILE", path: join(folder, "none.safetensors") }));
});
