// What happens on a GPU beside plain training: runs side by side, in processes and in worker threads, too little memory,
// too large layers, cancelling, prediction.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { compare, train } from "../../dist/index.js";
import { DEVICE, row, digits as task } from "./case.mjs";
import { MODELS } from "./models.mjs";

const historyOf = ({ history }) => history.map(({ seconds: _, ...epoch }) => epoch);
const same = (left, right) => JSON.stringify(left) === JSON.stringify(right);

for (const [name, model] of Object.entries({ "paper-cnn": "paper-cnn", residual: MODELS.residual }))
  await row(`study: 8 runs of ${name} in parallel equal 8 in sequence`, async () => {
    const { seed: _, ...shared } = task;
    const optimizers = ["adam", "sgd", "rmsprop", "adagrad"];
    const study = { ...shared, model, optimizers, seeds: 2, threads: 8 };
    const timed = async (execution) => {
      const start = performance.now();
      const { runs } = await compare({ ...study, execution });
      return {
        results: runs.map(historyOf),
        graphs: [...new Set(runs.map(({ stepGraph }) => stepGraph))],
        milliseconds: performance.now() - start,
      };
    };
    const sequential = await timed("sequential");
    const parallel = await timed("parallel");
    return {
      ok:
        same(parallel.results, sequential.results) &&
        (DEVICE === "cpu" || same(parallel.graphs, ["recorded"])),
      stepGraph: parallel.graphs,
      milliseconds: { sequential: sequential.milliseconds, parallel: parallel.milliseconds },
    };
  });

await row("too little memory is said in words, and the next run works", async () => {
  if (DEVICE === "cpu") return { skipped: "the CPU takes its batches in small parts" };
  const wide = { type: "conv2d", filters: 1024, kernelSize: 3, padding: "same", activation: "relu" };
  let said;
  try {
    await train({
      ...task,
      batchSize: 8000,
      epochs: 1,
      model: { layers: [wide, wide, wide, { type: "globalAveragePool2d" }, { type: "dense", units: 10 }] },
    });
  } catch (error) {
    said = { code: error.code, message: String(error.message).slice(0, 300) };
  }
  const { status, record } = await train({ ...task, epochs: 1 });
  return {
    ok: /memory/i.test(said?.message ?? "") && status === "completed",
    said,
    status,
    stepGraph: record.stepGraph,
  };
});

await row("a cancelled run ends with the steps that were done", async () => {
  const controller = new AbortController();
  let aborted;
  setTimeout(() => {
    aborted = performance.now();
    controller.abort();
  }, 3000);
  const { status, record } = await train({ ...task, epochs: 10_000, signal: controller.signal });
  return {
    ok: status === "cancelled",
    status,
    milliseconds: performance.now() - aborted,
    epochs: record.history?.length,
  };
});

const program = fileURLToPath(new URL("one-run.mjs", import.meta.url));
const oneRun = async (...args) =>
  (await promisify(execFile)(process.execPath, [program, ...args], { timeout: 60_000 })).stdout.trim();
await row("two processes, and worker threads of a third, get the same bits", async () => {
  const alone = await oneRun();
  const both = await Promise.all([oneRun(), oneRun()]);
  const inWorkers = JSON.parse(await oneRun("workers"));
  const hashes = [alone, ...both, ...inWorkers];
  return { ok: hashes.every((hash) => hash === alone && hash.length === 64), hashes };
});

await row("too many pixels are refused in words, and the next run works", async () => {
  if (DEVICE === "cpu") return { skipped: "the CPU has no such limit" };
  const count = 2000;
  const images = Uint8Array.from({ length: count * 100 }, (_, i) => (i * 37) % 256);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 10);
  let said;
  try {
    await train({
      dataset: { name: "noise", images, labels, height: 10, width: 10, classes: 10 },
      split: { train: 1980, validation: 20 },
      device: DEVICE,
      batchSize: 1980, // of 1,010 x 1,010 pixels each: 2.02e9
      epochs: 1,
      untimedSteps: false,
      model: {
        layers: [
          { type: "zeroPadding2d", padding: 500 },
          { type: "conv2d", filters: 1, kernelSize: 1 },
          { type: "globalAveragePool2d" },
          { type: "dense", units: 10 },
        ],
      },
    });
  } catch (error) {
    said = { code: error.code, message: String(error.message).slice(0, 300) };
  }
  const { status } = await train({ ...task, epochs: 1 });
  return { ok: /pixels/i.test(said?.message ?? "") && status === "completed", said, status };
});

await row("a trained model predicts and is saved as on the CPU", async () => {
  const { model, validation } = await train(task);
  const images = new Uint8Array(28 * 28 * 100).map((_, i) => (i * 37) % 256);
  const probabilities = await model.predict(images);
  const folder = mkdtempSync(join(tmpdir(), "optimbench-"));
  await model.save(join(folder, "model.safetensors"));
  rmSync(folder, { recursive: true });
  const sum = probabilities.reduce((total, value) => total + value, 0);
  model.dispose();
  return { ok: Math.abs(sum - 100) < 1e-3, sum, validation };
});

await row("40 runs in a row", async () => {
  const memory = [];
  for (let i = 0; i < 40; i++) {
    const { model } = await train({ ...task, split: { train: 640, validation: 100 }, epochs: 1 });
    model.dispose();
    memory.push(process.memoryUsage().rss);
  }
  return { ok: memory[39] < memory[9] * 1.1 + 30e6, residentBytes: [memory[0], memory[9], memory[39]] };
});
