// `npm run bench:event-loop`: how late timers are while a process trains, which is how long anything else in it waits.
//
// First, a timer of a millisecond runs during whole trainings with `paper-cnn` (libtorch's loading, an epoch, evaluation and
// predictions included), with a core free and with none. Then, the longest block while a model of 35.7 million parameters is
// trained, read, saved and freed, with 157 MB of images.
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { loadDataset, train } from "../dist/index.js";
import { readOptions } from "./options.mjs";

readOptions("Usage: npm run bench:event-loop", {});

/** Milliseconds. */
const PERIOD = 1;

/** Notes how late a timer is, from now until the returned function is called, which returns the sorted milliseconds. */
function watchTimer() {
  const late = [];
  let due;
  let timer;
  const next = () => {
    due = performance.now() + PERIOD;
    timer = setTimeout(() => {
      late.push(Math.max(0, performance.now() - due));
      next();
    }, PERIOD);
  };
  next();
  return () => {
    clearTimeout(timer);
    late.push(Math.max(0, performance.now() - due)); // a block that has not ended counts
    return late.sort((a, b) => a - b);
  };
}

const cores = availableParallelism();
console.log(`load average before: ${loadavg()[0].toFixed(1)}; ${cores} cores\n`);
console.log(
  "| batch | threads | timers | median, ms | 99th percentile, ms | longest, ms |\n| --- | --- | --- | --- | --- | --- |",
);
const images = await loadDataset();
for (const threads of new Set([Math.max(1, cores - 1), cores]))
  for (const batchSize of [32, 256]) {
    const stop = watchTimer();
    const run = await train({ dataset: images, batchSize, threads, epochs: 1 });
    const late = stop();
    run.model.dispose();
    const at = (share) => late[Math.min(late.length - 1, Math.floor(share * late.length))].toFixed(1);
    console.log(`| ${[batchSize, threads, late.length, at(0.5), at(0.99), at(1)].join(" | ")} |`);
  }

const count = 200_000;
const dataset = {
  images: new Uint8Array(count * 784).fill(7),
  labels: Uint8Array.from({ length: count }, (_, i) => i % 10),
};
const dense = (units) => ({ type: "dense", units, activation: "relu" });
const model = { layers: [{ type: "flatten" }, dense(20_000), dense(1_000), { type: "dense", units: 10 }] };
const folder = mkdtempSync(join(tmpdir(), "optimbench-"));

async function measure(what, work) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const result = await work();
  delay.disable();
  console.log(`${what}: ${Math.round(delay.max / 1e6)} ms`);
  return result;
}

console.log("\nThe longest block with a large model:");
const config = { dataset, model, split: { train: 64, validation: 64 }, epochs: 1 };
try {
  const run = await measure("train", () => train(config));
  await measure("parameters", () => run.model.parameters());
  await measure("save", () => run.model.save(join(folder, "model.safetensors")));
  await measure("dispose", () => run.model.dispose());
} finally {
  rmSync(folder, { recursive: true });
}
