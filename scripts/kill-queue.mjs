// Runs a study in a queue while its workers and its Redis server are killed with SIGKILL at random moments, and compares the result
// with that of the same study in one process: node scripts/kill-queue.mjs [--cells 200] [--workers 2] [--kills 50] [--seed 1]
// With --kills 0, it measures throughput. It needs redis-server, and `npm run setup` before.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { count, readOptions, wholeNumber } from "../bench/options.mjs";
import { randomStream } from "../dist/data/random.js";
import { compare, queue } from "../dist/index.js";
import { measured } from "../dist/study/measured.js";
import { packageRoot } from "../dist/system/package-root.js";

const usage =
  "Usage: node scripts/kill-queue.mjs [--cells 200] [--workers 2] [--kills 50] [--seed 1] [--port 7379]";
const values = readOptions(usage, {
  cells: { type: "string", default: "200" },
  workers: { type: "string", default: "2" },
  kills: { type: "string", default: "50" },
  seed: { type: "string", default: "1" },
  port: { type: "string", default: "7379" },
});
const [cells, workers, port] = [
  count(values, "cells"),
  count(values, "workers"),
  count(values, "port", 65_535),
];
const [kills, seed] = [wholeNumber(values, "kills", 0), wholeNumber(values, "seed", 0)];
const connection = `redis://127.0.0.1:${port}`;
const next = randomStream(seed, "samples");
const random = (most) => next() % most;
const root = mkdtempSync(join(tmpdir(), "optimbench-kill-queue-"));

// Cells of some milliseconds: 12 x 12 images of three classes.
const samples = 120;
const labels = Uint8Array.from({ length: samples }, (_, i) => i % 3);
const images = Uint8Array.from(
  { length: samples * 144 },
  (_, i) => ((i * 7919) % 97) + 60 * labels[Math.floor(i / 144)],
);
const config = {
  dataset: { name: "stripes", images, labels, height: 12, width: 12, classes: 3 },
  model: { layers: [{ type: "flatten" }, { type: "dense", units: 3 }] },
  optimizers: ["adam", "sgd"],
  seeds: Math.ceil(cells / 2),
  epochs: 1,
  threads: 1,
};

function startRedis() {
  const settings = ["--appendonly", "yes", "--save", "", "--bind", "127.0.0.1", "--loglevel", "warning"];
  return spawn("redis-server", ["--port", String(port), "--dir", root, ...settings], { stdio: "ignore" });
}
function startWorker() {
  const main = join(packageRoot, "dist", "cli", "main.js");
  return spawn(process.execPath, [main, "worker", connection, "--threads", "1", "--lock", "3", "--quiet"], {
    stdio: "ignore",
  });
}
async function kill(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

let redis = startRedis();
await sleep(500);
const running = Array.from({ length: workers }, startWorker);
let isDone = false;

async function killThem() {
  let done = 0;
  for (; done < kills && !isDone; done++) {
    await sleep(200 + random(1500));
    if (done % 2 === 0) {
      const i = random(workers);
      await kill(running[i]);
      running[i] = startWorker();
    } else {
      await kill(redis);
      await sleep(random(1000));
      redis = startRedis();
    }
  }
  return done;
}

const folder = join(root, "queued");
const ask = () =>
  compare({
    ...config,
    folder,
    executor: queue({ connection, sendData: true }),
    onNotice: (text) => console.log(text),
  });
try {
  let killing;
  const start = performance.now();
  let first;
  let study = await compare({
    ...config,
    folder,
    executor: queue({ connection, sendData: true }),
    onNotice: (text) => {
      console.log(text);
      killing ??= killThem(); // once the study is submitted: a server that does not answer at first is an error
    },
    onSkip: () => {
      first ??= performance.now();
    },
  });
  isDone = true;
  const seconds = (performance.now() - (first ?? start)) / 1000;
  const killed = await killing;
  for (let again = 0; study.failed && again < 3; again++) {
    console.log(`${study.failed.length} runs were set aside; they run again.`);
    study = await ask();
  }
  console.log(
    `${study.runs.length} runs in ${seconds.toFixed(1)} s from the first: ${(study.runs.length / seconds).toFixed(1)} per second, ${workers} workers, ${killed} kills`,
  );
  const alone = await compare(config);
  const lines = readFileSync(join(folder, "cells.jsonl"), "utf8").match(/^\{"cell":\{"key":"\w+"/gm) ?? [];
  const problems = [
    study.runs.length !== alone.runs.length && `${study.runs.length} runs instead of ${alone.runs.length}`,
    JSON.stringify(study.runs.map(measured)) !== JSON.stringify(alone.runs.map(measured)) && "other results",
    lines.length !== alone.runs.length && `${lines.length} lines in cells.jsonl`,
    new Set(lines).size !== lines.length && "a cell twice in cells.jsonl",
  ].filter(Boolean);
  console.log(
    problems.length === 0
      ? "equal to the study in one process; nothing lost, nothing doubled"
      : problems.join("; "),
  );
  process.exitCode = problems.length === 0 ? 0 : 1;
} finally {
  for (const child of [...running, redis]) await kill(child);
  rmSync(root, { recursive: true });
}
