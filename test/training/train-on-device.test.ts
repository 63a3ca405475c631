import { afterEach, expect, it, vi } from "vitest";
import { type Run, train } from "../../src/index.js";
import { compare } from "../../src/study/compare.js";
import type { Study } from "../../src/study/study.js";
import { relativeError } from "../relative-error.js";
import { bands, smallModel } from "../small-task.js";

vi.mock(import("../../src/install/runtime-libraries.js"), async (original) =>
  (await import("../simulated-gpu.js")).simulatedGpu(original),
);
afterEach(() => void vi.unstubAllEnvs());

const task = {
  dataset: await bands(),
  model: smallModel, // with dropout
  batchSize: 16,
  epochs: 3,
  optimizer: { name: "adam", learningRate: 0.01 },
} as const;

const losses = ({ history }: Run) =>
  history
    .flatMap(({ train, validation }) => [train.loss!, validation.loss!])
    .filter((loss) => loss !== undefined);

it("uses a GPU if there is one, records its steps, and trains close to the CPU", async () => {
  const [onCpu, onGpu] = [await train({ ...task, device: "cpu", microBatch: 16 }), await train(task)];
  expect([onCpu.record.config.device, onGpu.record.config.device]).toEqual(["cpu", "simulated:0"]);
  expect([onCpu.record.stepGraph, onGpu.record.stepGraph]).toEqual([undefined, "recorded"]);
  expect([onCpu.status, onGpu.status]).toEqual(["completed", "completed"]);
  const images = task.dataset.images.subarray(0, 5 * 144);
  const [byCpu, byGpu] = [await onCpu.model.predict(images), await onGpu.model.predict(images)];
  expect(relativeError(losses(onGpu), losses(onCpu), 1e-3)).toBeLessThan(1e-4);
  expect(relativeError(byGpu, byCpu, 1)).toBeLessThan(1e-4);
  onCpu.model.dispose();
  onGpu.model.dispose();
});

it("trains the runs of a study on a GPU in parallel as sequentially", async () => {
  const study = { ...task, optimizers: ["adam", "sgd", "rmsprop"], seeds: 2, threads: 3 } as const;
  const { optimizer: _, ...config } = study;
  const shared = await compare({ ...config, execution: "parallel" });
  const exclusive = await compare({ ...config, execution: "sequential" });
  const results = ({ runs }: Study) =>
    runs.map(({ history, stepGraph, status }) => ({
      stepGraph,
      status,
      history: history.map(({ seconds: __, ...epoch }) => epoch),
    }));
  expect(results(shared).map(({ stepGraph }) => stepGraph)).toEqual(Array(6).fill("recorded"));
  expect(results(shared)).toEqual(results(exclusive));
});
