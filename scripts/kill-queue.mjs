// Runs a study in a queue while its workers, its Redis server and its `compare` are killed with SIGKILL, each after a random number
// of finished runs, and compares the result with that of the same study in one process. With `--lose`, the server also loses the end
// of its append-only file with each kill, as in a power failure. With all kills 0, it measures throughput. It needs redis-server, and
// `npm run setup` before.
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { count, readOptions, wholeNumber } from "../bench/options.mjs";
import { randomStream } from "../dist/data/random.js";
import { packageRoot } from "../dist/system/package-root.js";
import { compareWithOneProcess, shortRuns } from "./queued-study.mjs";

const values = readOptions(
  `Usage: node scripts/kill-queue.mjs [--cells 2000] [--epochs 10] [--workers 2] [--worker-kills 50] [--redis-kills 50] [--compare-kills 10] [--lose BYTES] [--seed 1] [--port 7379]`,
  {
    cells: { type: "string", default: "2000" },
    epochs: { type: "string", default: "10" },
    workers: { type: "string", default: "2" },
    "worker-kills": { type: "string", default: "50" },
    "redis-kills": { type: "string", default: "50" },
    "compare-kills": { type: "string", default: "10" },
    lose: { type: "string", default: "0" },
    seed: { type: "string", default: "1" },
    port: { type: "string", default: "7379" },
  },
);
const [cells, epochs, workers] = ["cells", "epochs", "workers"].map((name) => count(values, name));
const port = count(values, "port", 65_535);
const kinds = ["worker", "redis", "compare"];
const kills = new Map(kinds.map((kind) => [kind, wholeNumber(values, `${kind}-kills`, 0)]));
const lose = wholeNumber(values, "lose", 0);
const next = randomStream(wholeNumber(values, "seed", 0), "samples");
const random = (most) => next() % most;
const connection = `redis://127.0.0.1:${port}`;
const config = shortRuns(cells, epochs);
const root = mkdtempSync(join(tmpdir(), "optimbench-kill-queue-"));
const folder = join(root, "queued");
const configFile = join(root, "config.json");
writeFileSync(configFile, JSON.stringify(config));

const optimbench = (...args) =>
  spawn(process.execPath, [join(packageRoot, "dist", "cli", "main.js"), ...args.map(String)], {
    stdio: ["ignore", "ignore", "inherit"],
  });
function startRedis() {
  const settings = ["--appendonly", "yes", "--save", "", "--bind", "127.0.0.1", "--loglevel", "warning"];
  return spawn("redis-server", ["--port", String(port), "--dir", root, ...settings], { stdio: "ignore" });
}
/** Cuts a random number of bytes, up to `--lose`, from what Redis wrote since its last rewrite. */
function loseEnd() {
  const parts = join(root, "appendonlydir");
  const [last] = readdirSync(parts)
    .filter((name) => name.endsWith(".incr.aof"))
    .sort((a, b) => Number(b.split(".").at(-3)) - Number(a.split(".").at(-3)));
  const path = join(parts, last);
  truncateSync(path, Math.max(0, statSync(path).size - random(lose)));
}
const startWorker = () => optimbench("worker", connection, "--threads", 1, "--lock", 3, "--quiet");
const startCompare = () =>
  optimbench(
    "compare",
    ...["--config", configFile, "--out", folder, "--queue", connection, "--send-data", "--quiet"],
  );
/** @returns whether it was there */
async function kill(child) {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return false;
  child.kill("SIGKILL");
  await once(child, "exit");
  return true;
}

let redis = startRedis();
await sleep(500);
const running = Array.from({ length: workers }, startWorker);
let compare;
let isComplete = false;

/** Kills one process of a kind, and starts another. @returns whether it was there */
const killOne = {
  async worker() {
    const i = random(workers);
    if (!(await kill(running[i]))) throw new Error(`A worker ended with code ${running[i].exitCode}.`);
    running[i] = startWorker();
    return true;
  },
  async redis() {
    if (!(await kill(redis))) throw new Error("Redis ended.");
    if (lose > 0) loseEnd();
    await sleep(random(1000));
    redis = startRedis();
    return true;
  },
  compare: () => kill(compare), // untilComplete starts it again
};

/** The number of runs in the study's folder. */
function finished() {
  const lines = join(folder, "cells.jsonl");
  return existsSync(lines) ? readFileSync(lines, "utf8").split('\n{"cell":').length - 1 : 0;
}

/** Kills each kind as often as asked, evenly over the study. @returns how often each was killed */
async function killThem() {
  const done = Object.fromEntries(kinds.map((kind) => [kind, 0]));
  const moments = kinds
    .flatMap((kind) => Array.from({ length: kills.get(kind) }, () => ({ kind, after: random(0.97 * cells) })))
    .sort((a, b) => a.after - b.after);
  for (const { kind, after } of moments) {
    while (finished() < after && !isComplete) await sleep(50);
    do await sleep(random(200));
    while (!isComplete && !(await killOne[kind]()));
    if (isComplete) return done;
    done[kind]++;
  }
  return done;
}

/** Runs the command of the study until it has all runs. @returns how often it ended otherwise, by its exit code */
async function untilComplete() {
  const ended = {};
  for (;;) {
    compare = startCompare();
    const [code, signal] = await once(compare, "exit");
    if (code === 0 || isComplete) return ended;
    if (signal === null) ended[code] = (ended[code] ?? 0) + 1;
    if (ended[2] > 50) throw new Error("compare ended 50 times with code 2.");
    await sleep(200 + random(500));
  }
}

let killing;
try {
  killing = killThem();
  const complete = untilComplete();
  const isOver = Promise.all([killing, complete]);
  isOver.catch(() => {});
  const until = async (least) => {
    while (finished() < least) await Promise.race([sleep(20), isOver]);
    return { runs: finished(), seconds: performance.now() / 1000 };
  };
  const first = await until(1);
  const last = await until(cells);
  const ended = await complete;
  isComplete = true;
  const killed = await killing;
  const rate = (last.runs - first.runs) / (last.seconds - first.seconds);
  console.log(`${last.runs} runs, ${rate.toFixed(1)} per second from the first, ${workers} workers`);
  console.log(`killed: workers ${killed.worker} times, Redis ${killed.redis}, compare ${killed.compare}`);
  console.log(
    `compare was started again ${ended[1] ?? 0} times after runs had failed, and ${ended[2] ?? 0} times after an error`,
  );
  await compareWithOneProcess(folder, config);
} finally {
  isComplete = true;
  await killing.catch(() => {});
  for (const child of [...running, compare, redis]) await kill(child);
  rmSync(root, { recursive: true, force: true });
}
