import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { CompareConfig } from "../../src/config/compare-config.js";
import { train } from "../../src/index.js";
import { resultsOf } from "../../src/report/results/results.js";
import { compare } from "../../src/study/compare.js";
import { verdictsOf } from "../../src/verdicts/judge.js";

const small = {
  dataset: "mnist-10k",
  split: { train: 256, validation: 64 },
  batchSize: 64,
  epochs: 1,
} as const;

const digits = {
  dataset: "digits",
  split: { train: 64, validation: 64 },
  model: { layers: [{ type: "flatten" }, { type: "dense", units: 10 }] },
  epochs: 1,
} as const;

describe("compare", () => {
  it("varies the model and the dataset, and starts equal ones from equal weights", async () => {
    const labels = new Set<string>();
    const linear = {
      name: "linear",
      layers: [{ type: "flatten" }, { type: "dense", units: 10 }],
    } as const;
    const { runs, config } = await compare({
      split: { train: 64, validation: 32 },
      epochs: 1,
      optimizers: ["adam", "sgd"],
      vary: { dataset: ["mnist-10k", "fashion-mnist-10k", "digits"], model: ["mlp", linear] },
      onRun: (_, __, { label }) => void labels.add(label),
    });
    const datasets = ["mnist-10k", "fashion-mnist-10k", "digits"];
    expect(labels).toEqual(
      new Set(
        datasets.flatMap((name) => [
          `adam, ${name}, mlp`,
          `sgd, ${name}, mlp`,
          `adam, ${name}, linear`,
          `sgd, ${name}, linear`,
        ]),
      ),
    );
    expect(runs.map(({ dataset }) => dataset.height)).toEqual([...Array(8).fill(28), ...Array(4).fill(8)]);
    const starts = runs.map(({ parametersSha256 }) => parametersSha256.initial);
    const [a, , b, , , , , , c, , d] = starts;
    expect(new Set([a, b, c, d]).size).toBe(4);
    expect(starts).toEqual([a, a, b, b, a, a, b, b, c, c, d, d]);
    expect(config.arms).toHaveLength(12);
  });

  it("varies how a dataset is read, and ranks the results together", async () => {
    const { runs, config } = await compare({
      ...digits,
      optimizers: ["sgd"],
      vary: { resize: [null, 4, { height: 3, width: 5 }] },
    });
    expect(runs.map(({ dataset: { height, width } }) => [height, width])).toEqual([
      [8, 8],
      [4, 4],
      [3, 5],
    ]);
    expect(config.arms!.map(({ resize }) => resize)).toEqual([undefined, 4, { height: 3, width: 5 }]);
    const { parametersSha256 } = await train({ ...digits, optimizer: "sgd", resize: 4 });
    expect(runs[1]!.parametersSha256).toEqual(parametersSha256);
    const again = await compare(config as CompareConfig);
    expect(again.runs.map((run) => run.parametersSha256)).toEqual(runs.map((run) => run.parametersSha256));
    const results = resultsOf({ ...again, config });
    expect(verdictsOf(again).arms).toHaveLength(3);
    expect(results.map(({ arm }) => arm.label)).toEqual([
      "sgd, no resize",
      "sgd, resize 4",
      "sgd, resize 3x5",
    ]);
  });

  it("grows by another way to read a dataset", async () => {
    const folder = mkdtempSync(join(tmpdir(), "optimbench-"));
    const config = { ...digits, optimizers: ["sgd"], folder } as const;
    try {
      await compare({ ...config, vary: { resize: [4] } });
      const started: unknown[] = [];
      const grown = await compare({
        ...config,
        vary: { resize: [4, 7] },
        onRun: (run) => void started.push(run.config.resize),
      });
      expect(started).toEqual([7]);
      expect(grown.runs).toHaveLength(2);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("ranks no results of other labels together", async () => {
    const folder = mkdtempSync(join(tmpdir(), "optimbench-"));
    try {
      const rows = Array.from({ length: 60 }, (_, i) =>
        [i % 2, (i >> 1) % 2, i % 255, (7 * i) % 255, 3].join(),
      );
      const dataset = join(folder, "two.csv");
      writeFileSync(dataset, ["parity,rest,a,b,c", ...rows].join("\n"));
      const study = await compare({
        dataset,
        model: { layers: [{ type: "flatten" }, { type: "dense", units: 2 }] },
        epochs: 1,
        optimizers: ["sgd"],
        vary: { labelColumn: ["parity", "rest"] },
      });
      expect(verdictsOf(study).arms).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("trains an arm exactly as train does", async () => {
    const arm = { name: "cosine", optimizer: { name: "sgd", momentum: 0.9 }, schedule: "cosine" } as const;
    const { runs } = await compare({ ...small, arms: [{ name: "plain" }, { ...arm, batchSize: 32 }] });
    const alone = await train({ ...small, ...arm, batchSize: 32 });
    alone.model.dispose();
    expect(runs[1]!.config).toEqual(alone.config);
    expect(runs[1]!.parametersSha256).toEqual(alone.parametersSha256);
  });

  it("rejects two datasets with one name before it trains anything", async () => {
    const dataset = { images: new Uint8Array(40).fill(7), labels: [0, 1, 0, 1, 0, 1, 0, 1, 0, 1] };
    await expect(
      compare({ optimizers: ["sgd"], vary: { dataset: [dataset, { ...dataset }] } }),
    ).rejects.toMatchObject({
      code: "CONFIG",
      path: "vary.dataset[1]",
      message: expect.stringContaining('`vary.dataset[1]` is called "in-memory"') as string,
    });
  });
});
