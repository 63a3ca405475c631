import { describe, expect, it } from "vitest";
import { train } from "../../src/index.js";
import { compare } from "../../src/study/compare.js";

const small = {
  dataset: "mnist-10k",
  split: { train: 256, validation: 64 },
  batchSize: 64,
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
