import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { train } from "../../src/index.js";
import { compare } from "../../src/study/compare.js";
import type { Study } from "../../src/study/study.js";

const small = {
  dataset: "mnist-10k",
  split: { train: 256, validation: 64 },
  batchSize: 64,
  epochs: 1,
} as const;

/** Trains as long as a run of a study, under any load of the machine. */
async function anotherTraining() {
  (await train(small)).model.dispose();
}

describe("compare", () => {
  it("gives the same numbers as train", async () => {
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

  it("crosses optimizers, losses and seeds: seed by seed, in random order within a seed", async () => {
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
      "3 0 meanSquaredError adam",
      "4 0 meanSquaredError sgd",
      "5 1 meanSquaredError adam",
      "6 1 sparseCategoricalCrossentropy adam",
      "7 1 sparseCategoricalCrossentropy sgd",
      "8 1 meanSquaredError sgd",
    ]);
    const named = ({ config }: (typeof study.runs)[number]) =>
      `${config.seed} ${config.loss.name} ${config.optimizer.name}`;
    expect(study.runs.map(named)).toEqual([
      "0 sparseCategoricalCrossentropy sgd",
      "0 sparseCategoricalCrossentropy adam",
      "0 meanSquaredError sgd",
      "0 meanSquaredError adam",
      "1 sparseCategoricalCrossentropy sgd",
      "1 sparseCategoricalCrossentropy adam",
      "1 meanSquaredError sgd",
      "1 meanSquaredError adam",
    ]);
    const started = study.runs.toSorted((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt));
    expect(started.map((run, i) => `${i + 1} ${named(run)}`)).toEqual(seen);
    const starts = study.runs.map(({ parametersSha256 }) => parametersSha256.initial);
    expect(new Set(starts.slice(0, 4)).size).toBe(1);
    expect(new Set(starts.slice(4)).size).toBe(1);
    expect(starts[0]).not.toBe(starts[4]);
  });

  it("returns the results so far when it is cancelled", async () => {
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

  it("labels a run by what distinguishes it from the others", async () => {
    const labels = new Set<string>();
    await compare({
      ...small,
      optimizers: ["sgd"],
      losses: ["huber", { name: "huber", delta: 0.1 }],
      seeds: 2,
      onEpoch: (_, { label }) => void labels.add(label),
    });
    expect([...labels]).toEqual([
      "sgd, delta 0.1, seed 0",
      "sgd, delta 1, seed 0",
      "sgd, delta 0.1, seed 1",
      "sgd, delta 1, seed 1",
    ]);
  });

  it("runs each optimizer as each framework defines it, from the same initial weights", async () => {
    const labels = new Set<string>();
    const study = await compare({
      ...small,
      semantics: ["pytorch", "keras3"],
      optimizers: ["sgd", "ftrl"],
      onEpoch: (_, { label }) => void labels.add(label),
    });
    expect([...labels]).toEqual(["sgd, pytorch", "sgd, keras3", "ftrl"]);
    const alone = await train({ ...small, semantics: "pytorch", optimizer: "sgd" });
    alone.model.dispose();
    expect(study.runs[0]!.parametersSha256).toEqual(alone.parametersSha256);
    const starts = study.runs.map(({ parametersSha256 }) => parametersSha256.initial);
    expect(new Set(starts)).toEqual(new Set([alone.parametersSha256.initial]));
    const ends = study.runs.map(({ parametersSha256 }) => parametersSha256.final);
    expect(new Set(ends).size).toBe(3);
  });

  describe("with runs in parallel", () => {
    const study = { ...small, optimizers: ["sgd", "adam", "rmsprop"], threads: 2, seeds: 2 } as const;
    const told = ({ runs }: Study) =>
      runs.map(({ config: { optimizer, seed }, status, history, parametersSha256 }) => ({
        run: `${optimizer.name} ${seed}`,
        status,
        measured: history.map(({ train, validation }) => ({ train, validation })),
        parametersSha256,
      }));

    it("gives the same runs in the same order", async () => {
      const inTurn = await compare(study);
      const seen: string[] = [];
      let inCall = 0;
      const shared = await compare({
        ...study,
        execution: "parallel",
        // The first run waits until other runs have ended.
        onEpoch: async ({ epoch }, { number }) => {
          while (number === 1 && epoch === 0 && seen.length < 2) await setTimeout(5);
        },
        onRun: async (_, { runs }, planned) => {
          expect(inCall++).toBe(0);
          if (seen.length === 0) await anotherTraining(); // another run ends meanwhile
          inCall--;
          seen.push(planned.label);
          expect(runs.map(({ config }) => config.seed)).toEqual(runs.map(({ config }) => config.seed).sort());
        },
      });
      expect(seen.length).toBe(6);
      expect(seen.indexOf("sgd, seed 0")).toBeGreaterThanOrEqual(2);
      expect(told(shared)).toEqual(told(inTurn));
      expect(shared.config).toMatchObject({ execution: "parallel", threads: 2 });
      expect(inTurn.config).toMatchObject({ execution: "sequential", threads: 2 });
      for (const { config, seconds } of shared.runs) {
        expect(config).toMatchObject({ threads: 1, untimedSteps: false });
        expect(seconds.untimedSteps).toBe(0);
      }
    });

    it("trains as many runs at once as there are threads", async () => {
      const underWay = new Set<string>();
      let most = 0;
      let time: Promise<void> | undefined;
      await compare({
        ...study,
        threads: 3,
        execution: "parallel",
        onEpoch: async ({ epoch }, { label }) => {
          if (epoch !== 0) return;
          underWay.add(label);
          most = Math.max(most, underWay.size);
          while (most < 3) await setTimeout(5); // the first runs wait for each other
          time ??= anotherTraining(); // more runs would start meanwhile, if more were allowed
          await time;
        },
        onRun: (_, __, { label }) => void underWay.delete(label),
      });
      expect(most).toBe(3);
    });

    it("runs many at once without a listener warning", async () => {
      const warnings: string[] = [];
      const warn = ({ message }: Error) => warnings.push(message);
      process.on("warning", warn);
      let underWay = 0;
      await compare({
        ...study,
        optimizers: ["sgd"],
        seeds: 12,
        threads: 12,
        execution: "parallel",
        signal: new AbortController().signal,
        onEpoch: async ({ epoch }) => {
          underWay += epoch === 0 ? 1 : 0;
          while (underWay < 12) await setTimeout(5);
        },
      }).finally(() => process.off("warning", warn));
      expect(warnings).toEqual([]);
    });

    it("keeps all runs in progress when it is cancelled", async () => {
      const controller = new AbortController();
      const ended = await compare({
        ...study,
        epochs: 100_000,
        execution: "parallel",
        signal: controller.signal,
        onEpoch: ({ epoch }, { number }) => {
          if (number === 2 && epoch === 1) controller.abort();
        },
      });
      expect(ended.runs.map(({ status, config }) => [status, config.optimizer.name])).toEqual([
        ["cancelled", "sgd"],
        ["cancelled", "adam"],
      ]);
    });

    it("cancels the others when one fails, even if their onEpoch never resolves", async () => {
      let waiting = false;
      const failed = compare({
        ...study,
        execution: "parallel",
        onEpoch: async (_, { label }) => {
          if (label === "sgd, seed 0") {
            waiting = true;
            await new Promise(() => {});
          }
          while (!waiting) await setTimeout(5);
          throw new Error("no more");
        },
      });
      await expect(failed).rejects.toThrow("no more");
    });

    it("cancels the others when one fails, and starts no more", async () => {
      const begun = new Set<string>();
      const kept: string[] = [];
      const failed = compare({
        ...study,
        epochs: 100_000,
        execution: "parallel",
        onEpoch: async ({ epoch }, { label }) => {
          begun.add(label);
          if (label !== "adam, seed 0" || epoch !== 1) return;
          while (begun.size < 2) await setTimeout(5);
          throw new Error("no more");
        },
        onRun: ({ status, config }) => void kept.push(`${config.optimizer.name} ${status}`),
      });
      await expect(failed).rejects.toThrow("no more");
      expect([...begun].sort()).toEqual(["adam, seed 0", "sgd, seed 0"]);
      expect(kept).toEqual(["sgd cancelled"]);
    });
  });

  it("rejects a wrong config before it trains anything", async () => {
    await expect(compare({ ...small, optimizers: ["adam", "adam"] })).rejects.toMatchObject({
      code: "CONFIG",
    });
    // @ts-expect-error a misspelt key
    await expect(compare({ ...small, seed: 3 })).rejects.toMatchObject({ code: "CONFIG" });
  });

  it("reports the path of a problem in a dataset in memory, as train does", async () => {
    const dataset = { images: new Uint8Array(8), labels: [0, 65_536] };
    const place = "Expected a whole number from 0 to 65535 for `dataset.labels[1]`, got 65536 (number).";
    for (const rejected of [compare({ ...small, dataset }), train({ ...small, dataset })])
      await expect(rejected).rejects.toThrow(place);
  });
});
