import { loadavg } from "node:os";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { type BenchProgress, bench } from "../../src/bench/bench.js";
import { spreadOf } from "../../src/bench/spread.js";
import { benchChart } from "../../src/report/charts/bench-chart.js";
import { drawSvg } from "../../src/report/charts/draw.js";
import { benchTable } from "../../src/report/tables/bench-table.js";

/** Called before each timed series of training steps. */
const onTrain = vi.hoisted(() => vi.fn());
vi.mock(import("../../src/bench/bench-session.js"), async (original) => {
  const real = await original();
  return {
    ...real,
    openBenchSession: async (...given) => {
      const session = await real.openBenchSession(...given);
      return {
        ...session,
        train(steps) {
          onTrain();
          return session.train(steps);
        },
      };
    },
  };
});

const model = { layers: [{ type: "flatten" }, { type: "dense", units: 10 }] } as const;
const brief = { model, seconds: 0.01, rounds: 2 } as const;

describe("bench", () => {
  it("measures every optimizer, batch size and number of threads in rounds, and records the settings", async () => {
    const progress: BenchProgress[] = [];
    const [loadBefore] = loadavg();
    const record = await bench({
      ...brief,
      optimizers: ["adam", { name: "sgd", momentum: 0.9 }],
      batchSizes: [8, 16],
      threads: [1, 2],
      evaluationImages: 100,
      profile: true,
      onProgress: (each) => progress.push(each),
    });
    const rows = record.results.map(
      ({ measure, optimizer, threads, images }) => `${measure} ${optimizer} ${threads} ${images}`,
    );
    const sgd = "sgd (momentum 0.9)";
    expect(rows).toEqual([
      ...["step adam 1 8", `step ${sgd} 1 8`, "step adam 2 8", `step ${sgd} 2 8`],
      ...["step adam 1 16", `step ${sgd} 1 16`, "step adam 2 16", `step ${sgd} 2 16`],
      ...["update adam 1 undefined", `update ${sgd} 1 undefined`],
      ...["update adam 2 undefined", `update ${sgd} 2 undefined`],
      ...["forward adam 1 8", "forward adam 2 8", "forward adam 1 16", "forward adam 2 16"],
      ...["backward adam 1 8", "backward adam 2 8", "backward adam 1 16", "backward adam 2 16"],
      ...["evaluation adam 1 100", "evaluation adam 2 100"],
    ]);
    for (const { milliseconds } of record.results) {
      const { least, lowerQuartile, median, upperQuartile, samples, medianOfRounds } = milliseconds!;
      expect(least).toBeGreaterThan(0);
      expect([least, lowerQuartile, median, upperQuartile]).toEqual(
        [least, lowerQuartile, median, upperQuartile].sort((a, b) => a - b),
      );
      expect(samples).toBeGreaterThanOrEqual(4);
      expect(medianOfRounds).toHaveLength(2);
    }
    expect(record.profiles).toMatchObject(
      [8, 16].flatMap((images) => [1, 2].map((threads) => ({ optimizer: "adam", images, threads }))),
    );
    expect(record).toMatchObject({
      schemaVersion: 1,
      kind: "bench",
      status: "completed",
      loadBefore,
      environment: { node: process.versions.node, threads: expect.any(Number), kernels: expect.any(String) },
      settings: { model: "layers", parameters: 7850, seconds: 0.01, rounds: 2, seed: 0, semantics: "keras3" },
    });
    expect(JSON.parse(JSON.stringify(record))).toEqual(record);
    expect(progress.map(({ number }) => number)).toEqual(progress.map((_, i) => i + 1));
    expect(progress).toHaveLength(2 * rows.length);
    expect(progress[0]).toMatchObject({ count: 2 * rows.length, measure: "step", optimizer: "adam" });
  });

  it("measures only the requested measures", async () => {
    const { results, profiles } = await bench({ ...brief, measure: ["update"], optimizers: ["sgd"] });
    expect(results).toMatchObject([{ measure: "update", optimizer: "sgd" }]);
    expect(profiles).toBeUndefined();
  });

  it("keeps its results when cancelled, and measures nothing more", async () => {
    const controller = new AbortController();
    const seen: number[] = [];
    const record = await bench({
      ...brief,
      seconds: 600,
      optimizers: ["adam"],
      rounds: 1000,
      measure: ["update", "forward"],
      batchSizes: [8],
      onProgress: ({ number }) => {
        seen.push(number);
        if (number === 2) controller.abort();
      },
      signal: controller.signal,
    });
    expect(seen).toEqual([1, 2]);
    expect(record).toMatchObject({ status: "cancelled", results: [{ measure: "update" }] });
    const before = await bench({ ...brief, signal: AbortSignal.abort() });
    expect(before).toMatchObject({ status: "cancelled", results: [] });
  });

  it("cancels a measurement in progress", async () => {
    const controller = new AbortController();
    let pieces = 0;
    onTrain.mockImplementation(() => {
      pieces += 1;
      if (pieces === 10) setImmediate(() => controller.abort());
    });
    onTestFinished(() => void onTrain.mockReset());
    const record = await bench({
      ...brief,
      seconds: 3600,
      measure: ["step"],
      optimizers: ["adam"],
      signal: controller.signal,
    });
    expect(record).toMatchObject({ status: "cancelled", results: [] });
  });

  it("rejects what it cannot measure, with a reason", async () => {
    await expect(bench({ measure: ["steps"] as never })).rejects.toThrow(
      'Expected one of "step", "update", "forward", "backward", "evaluation" for `measure[0]`, got "steps" (string). Did you mean "step"?',
    );
    await expect(bench({ batchSizes: [10_000] })).rejects.toThrow(
      "Expected a whole number of at least 1 and at most 8192 for `batchSizes[0]`, got 10000 (number).",
    );
    await expect(bench({ threads: [] })).rejects.toThrow("Expected at least 1 item for `threads`");
    await expect(bench({ second: 1 } as never)).rejects.toThrow('Did you mean "seconds"?');
    await expect(bench({ onProgress: 3 as never })).rejects.toThrow("Expected a function for `onProgress`");
    await expect(bench({ model: { layers: [{ type: "flatten" }] } })).rejects.toMatchObject({
      code: "CONFIG",
    });
  });

  it("marks a diverged training, and times the rest", async () => {
    const growing = { name: "growing", formula: "theta = theta * 1e30 + learningRate * g" };
    const record = await bench({
      ...brief,
      ...{
        optimizers: [growing, "sgd"],
        measure: ["step", "update", "forward"],
        batchSizes: [8],
        profile: true,
      },
    });
    expect(record.status).toBe("completed");
    expect(record.results).toMatchObject([
      { measure: "step", optimizer: "growing", milliseconds: null },
      { measure: "step", optimizer: "sgd", milliseconds: { samples: expect.any(Number) } },
      { measure: "update", optimizer: "growing", milliseconds: { samples: expect.any(Number) } },
      { measure: "update", optimizer: "sgd" },
      { measure: "forward", milliseconds: null },
    ]);
    expect(benchTable(record)).toMatch(/│ step +│ growing +│ batch 8 +│ +\d │ +diverged │/);
    expect(await drawSvg(benchChart(record))).not.toContain("NaN");
  });
});

describe("a spread", () => {
  it("covers all rounds together, and each separately", () => {
    expect(
      spreadOf([
        [4, 1, 2],
        [3, 5],
      ]),
    ).toEqual({
      samples: 5,
      median: 3,
      lowerQuartile: 2,
      upperQuartile: 4,
      least: 1,
      medianOfRounds: [2, 4],
    });
  });
});
