import { beforeEach, expect, it, vi } from "vitest";
import { bands } from "../small-task.js";

const memory = vi.hoisted(() => ({ available: 0 }));
vi.mock("../../src/system/memory-limit.js", () => ({
  availableMemory: () => ({ bytes: memory.available, of: 1e9, source: "the control group" }),
  memoryHeld: () => 1e6,
}));
vi.stubEnv("OPTIMBENCH_KERNELS", ""); // libtorch's operators need more memory
const { bench } = await import("../../src/bench/bench.js");
const { compare } = await import("../../src/study/compare.js");
const { train } = await import("../../src/index.js");

const model = {
  // No layer is so wide that it has one gradient per batch.
  layers: [
    { type: "flatten" },
    { type: "dense", units: 250 },
    { type: "dense", units: 250 },
    { type: "dense", units: 250 },
    { type: "dense", units: 3 },
  ],
} as const;
const task = { dataset: await bands(), model, epochs: 0, threads: 4 } as const;
const tooMuch = expect.objectContaining({
  name: "OptimbenchError",
  code: "MEMORY",
  message: expect.stringMatching(
    /of memory: .*\. Of the 1\.0 GB of the control group, \d+ MB are available; this process holds 1 MB\. Use .*, or free memory: end other programs, dispose models\.$/,
  ),
});

beforeEach(() => {
  memory.available = 10e6; // one run needs 3 to 4 MB
});

it("runs what fits in memory", async () => {
  const run = await train(task);
  expect(run.status).toBe("completed");
  run.model.dispose();
  expect((await compare({ ...task, optimizers: ["adam", "sgd"], seeds: 3 })).runs).toHaveLength(6);
});

it("rejects a run that does not fit", async () => {
  memory.available = 3e6;
  await expect(train(task)).rejects.toEqual(tooMuch);
  memory.available = 10e6;
  await expect(train({ ...task, batchSize: 120, microBatch: 8 })).rejects.toEqual(tooMuch); // 15 gradients
});

it("trains on images of 3000 pixels per side, and rejects them if memory is too small for them", async () => {
  const images = Uint8Array.from({ length: 4 * 3000 * 3000 }, (_, i) => (i * 7) % 256);
  const large = {
    dataset: { images, labels: [0, 1, 0, 1], height: 3000, width: 3000 },
    model: {
      layers: [
        { type: "conv2d", filters: 2, kernelSize: 3, strides: 16 },
        { type: "globalAveragePool2d" },
        { type: "dense", units: 2 },
      ],
    },
    ...{ epochs: 1, batchSize: 2, threads: 1, split: { train: 2, validation: 2 } },
  } as const;
  memory.available = 2e9;
  const run = await train(large);
  expect(run.status).toBe("completed");
  run.model.dispose();
  memory.available = 50e6;
  await expect(train(large)).rejects.toEqual(tooMuch);
});

it("rejects runs that do not fit beside those that begin at the same time", async () => {
  memory.available = 10e6;
  const begun = await Promise.allSettled(Array.from({ length: 5 }, () => train(task)));
  expect(begun.map(({ status }) => status)).toEqual(["fulfilled", ...Array(4).fill("rejected")]);
  for (const each of begun)
    if (each.status === "fulfilled") each.value.model.dispose();
    else
      expect(each.reason.message).toMatch(
        /needs about \d MB .* 10 MB are available, of which runs in progress need \d MB; this process/,
      );
  (await train(task)).model.dispose();
});

it("rejects a study before its first run if one run, or the runs at once, do not fit", async () => {
  const onEpoch = vi.fn();
  const optimizers = ["sgd", { name: "sgd", momentum: 0.9 }, "adam"] as const;
  memory.available = 4e6; // enough for sgd
  await expect(compare({ ...task, optimizers, onEpoch })).rejects.toEqual(tooMuch);
  memory.available = 10e6;
  await expect(compare({ ...task, optimizers, seeds: 2, execution: "parallel", onEpoch })).rejects.toEqual(
    tooMuch,
  );
  expect(onEpoch).not.toHaveBeenCalled();
});

it("rejects benchmarks whose sessions do not fit together", async () => {
  memory.available = 30e6;
  const config = { model: "mlp", optimizers: ["adam", "sgd"], batchSizes: [8], threads: [1] } as const;
  await expect(bench(config)).rejects.toEqual(tooMuch);
});
