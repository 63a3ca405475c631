import { describe, expect, it } from "vitest";
import { compare } from "../src/compare.js";
import { train } from "../src/train.js";

const small = {
  dataset: "mnist-10k",
  split: { train: 256, validation: 64 },
  batchSize: 64,
  epochs: 1,
} as const;

describe("compare", () => {
  it("gives the same numbers as training alone", async () => {
    const study = await compare({ ...small, optimizers: ["rmsprop", "adagrad"], seeds: [5] });
    const alone = await train({ ...small, optimizer: "adagrad", seed: 5 });
    alone.model.dispose();
    const [, compared] = study.runs;
    expect(compared!.config).toEqual(alone.config);
    expect(compared!.parametersSha256).toEqual(alone.parametersSha256);
    expect(compared!.history.map(({ validation }) => validation)).toEqual(
      alone.history.map(({ validation }) => validation),
    );
    expect(JSON.parse(JSON.stringify(study))).toEqual(study);
  });

  it("crosses optimizers, losses and seeds, with seeds outermost", async () => {
    const seen: string[] = [];
    const study = await compare({
      ...small,
      optimizers: ["sgd", "adam"],
      losses: ["sparseCategoricalCrossentropy", "meanSquaredError"],
      seeds: 2,
      onRun: ({ config, model }, { runs }) => {
        seen.push(`${runs.length} ${config.seed} ${config.loss.name} ${config.optimizer.name}`);
        expect(model.parameterCount).toBe(109_898);
      },
    });
    expect(seen).toEqual([
      "1 0 sparseCategoricalCrossentropy sgd",
      "2 0 sparseCategoricalCrossentropy adam",
      "3 0 meanSquaredError sgd",
      "4 0 meanSquaredError adam",
      "5 1 sparseCategoricalCrossentropy sgd",
      "6 1 sparseCategoricalCrossentropy adam",
      "7 1 meanSquaredError sgd",
      "8 1 meanSquaredError adam",
    ]);
    const starts = study.runs.map(({ parametersSha256 }) => parametersSha256.initial);
    expect(new Set(starts.slice(0, 4)).size).toBe(1);
    expect(new Set(starts.slice(4)).size).toBe(1);
    expect(starts[0]).not.toBe(starts[4]);
  });

  it("returns what there is when it is ended", async () => {
    const controller = new AbortController();
    const study = await compare({
      ...small,
      optimizers: ["sgd", "adam", "rmsprop"],
      signal: controller.signal,
      onEpoch: ({ epoch }, { number, count }) => {
        expect(count).toBe(3);
        if (number === 2 && epoch === 0) controller.abort();
      },
    });
    expect(study.runs.map(({ status }) => status)).toEqual(["completed", "cancelled"]);
  });

  it("labels a run by what tells it from the others", async () => {
    const labels = new Set<string>();
    await compare({
      ...small,
      optimizers: ["sgd"],
      losses: ["meanSquaredError", "meanAbsoluteError"],
      seeds: 2,
      onEpoch: (_, { label }) => void labels.add(label),
    });
    expect([...labels]).toEqual([
      "sgd, meanSquaredError, seed 0",
      "sgd, meanAbsoluteError, seed 0",
      "sgd, meanSquaredError, seed 1",
      "sgd, meanAbsoluteError, seed 1",
    ]);
  });

  it("runs each optimizer as each framework defines it, from the weights that the first starts with", async () => {
    const labels = new Set<string>();
    const study = await compare({
      ...small,
      semantics: ["pytorch", "keras3"],
      optimizers: ["sgd", "ftrl"],
      onEpoch: (_, { label }) => void labels.add(label),
    });
    expect([...labels]).toEqual(["sgd, pytorch", "sgd, keras3", "ftrl, keras3"]);
    const alone = await train({ ...small, semantics: "pytorch", optimizer: "sgd" });
    alone.model.dispose();
    expect(study.runs[0]!.parametersSha256).toEqual(alone.parametersSha256);
    const starts = study.runs.map(({ parametersSha256 }) => parametersSha256.initial);
    expect(new Set(starts)).toEqual(new Set([alone.parametersSha256.initial]));
    const ends = study.runs.map(({ parametersSha256 }) => parametersSha256.final);
    expect(new Set(ends).size).toBe(3);
  });

  it("refuses a wrong config before it trains anything", async () => {
    await expect(compare({ ...small, optimizers: ["adam", "adam"] })).rejects.toMatchObject({
      code: "CONFIG",
    });
    // @ts-expect-error a misspelt key
    await expect(compare({ ...small, seed: 3 })).rejects.toMatchObject({ code: "CONFIG" });
  });
});
