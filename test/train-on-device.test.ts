import { afterEach, expect, it, vi } from "vitest";
import { compare } from "../src/compare.js";
import type { Study } from "../src/study.js";
import { type Run, train } from "../src/train.js";
import { bands, smallModel } from "./small-task.js";

vi.mock(import("../src/libtorch/runtime-libraries.js"), async (original) =>
  (await import("./simulated-gpu.js")).simulatedGpu(original),
);
afterEach(() => void vi.unstubAllEnvs());

const task = {
  dataset: await bands(),
  model: smallModel, // with dropout
  batchSize: 16,
  epochs: 3,
  optimizer: { name: "adam", learningRate: 0.01 },
} as const;

const numbers = ({ history, status }: Run) => ({
  status,
  history: history.map(({ seconds: _, ...epoch }) => epoch),
});

it("takes a GPU where there is one, records its steps, and trains as the processor does", async () => {
  vi.stubEnv("OPTIMBENCH_KERNELS", "reference"); // libtorch's operators, as on a GPU
  const [onCpu, onGpu] = [await train({ ...task, device: "cpu", microBatch: 16 }), await train(task)];
  expect([onCpu.record.config.device, onGpu.record.config.device]).toEqual(["cpu", "simulated:0"]);
  expect([onCpu.record.stepGraph, onGpu.record.stepGraph]).toEqual([undefined, "recorded"]);
  expect(numbers(onGpu)).toEqual(numbers(onCpu));
  const images = task.dataset.images.subarray(0, 5 * 144);
  expect(await onGpu.model.predict(images)).toEqual(await onCpu.model.predict(images));
  onCpu.model.dispose();
  onGpu.model.dispose();
});

it("trains the runs of a study side by side on a GPU as one after the other", async () => {
  const study = { ...task, optimizers: ["adam", "sgd", "rmsprop"], seeds: 2, threads: 3 } as const;
  const { optimizer: _, ...config } = study;
  const shared = await compare({ ...config, clock: "shared" });
  const exclusive = await compare({ ...config, clock: "exclusive" });
  const results = ({ runs }: Study) =>
    runs.map(({ history, stepGraph, status }) => ({
      stepGraph,
      status,
      history: history.map(({ seconds: __, ...epoch }) => epoch),
    }));
  expect(results(shared).map(({ stepGraph }) => stepGraph)).toEqual(Array(6).fill("recorded"));
  expect(results(shared)).toEqual(results(exclusive));
});
