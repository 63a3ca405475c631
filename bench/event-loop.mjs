// The longest block of the event loop while a model of 35.7 million parameters is trained, read, saved and freed, with
// 157 MB of images: `node bench/event-loop.mjs`. Loading libtorch and opening the session are part of training.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { train } from "../dist/index.js";

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

const config = { dataset, model, split: { train: 64, validation: 64 }, epochs: 1 };
try {
  const run = await measure("train", () => train(config));
  await measure("parameters", () => run.model.parameters());
  await measure("save", () => run.model.save(join(folder, "model.safetensors")));
  await measure("dispose", () => run.model.dispose());
} finally {
  rmSync(folder, { recursive: true });
}
