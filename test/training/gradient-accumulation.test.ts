import { describe, expect, it } from "vitest";
import { train } from "../../src/index.js";
import { relativeError } from "../relative-error.js";
import { bands } from "../small-task.js";

const dataset = await bands();

/** 90 images, so the last batch and the last group of batches are smaller. `t` counts updates. */
async function parameters(batches: { batchSize: number; gradientAccumulation?: number; threads?: number }) {
  const run = await train({
    dataset,
    split: { train: 90, validation: 30 },
    model: {
      layers: [
        { type: "conv2d", filters: 4, kernelSize: 3, activation: "relu" },
        { type: "flatten" },
        { type: "dense", units: 3 },
      ],
    },
    optimizer: {
      name: "momentum",
      formula: "m = 0.9 * m + g; theta = theta - learningRate * m / sqrt(t)",
      learningRate: 0.05,
    },
    schedule: "cosine",
    epochs: 3,
    ...batches,
  });
  const values = (await run.model.parameters()).flatMap(({ values }) => [...values]);
  run.model.dispose();
  return { values, run };
}

describe("gradient accumulation", () => {
  it("equals a batch that many times larger", async () => {
    const [large, accumulated, small] = await Promise.all([
      parameters({ batchSize: 32 }),
      parameters({ batchSize: 8, gradientAccumulation: 4 }),
      parameters({ batchSize: 8 }),
    ]);
    expect(relativeError(accumulated.values, large.values, 1e-2)).toBeLessThan(1e-4);
    expect(relativeError(small.values, large.values, 1e-2)).toBeGreaterThan(0.1);
    const losses = [accumulated, large].map(({ run }) => run.history.map((epoch) => epoch.train.loss!));
    expect(relativeError(losses[0]!, losses[1]!, 1e-3)).toBeLessThan(1e-4);
  });

  it("uses all images if a group would need more", async () => {
    const [whole, accumulated] = await Promise.all([
      parameters({ batchSize: 90 }),
      parameters({ batchSize: 20, gradientAccumulation: 1000 }),
    ]);
    expect(relativeError(accumulated.values, whole.values, 1e-2)).toBeLessThan(1e-4);
  });

  it("gives the same bits on 1 and 2 threads, and is recorded in the config", async () => {
    const [one, two] = await Promise.all(
      [1, 2].map((threads) => parameters({ batchSize: 16, gradientAccumulation: 3, threads })),
    );
    expect(two!.run.parametersSha256).toEqual(one!.run.parametersSha256);
    expect(one!.run.config.gradientAccumulation).toBe(3);
  });
});
