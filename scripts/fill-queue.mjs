// Runs a study in a queue while the disk under its Redis server is full, and compares the result with that of the same study in one
// process. The disk is a tmpfs, which a file fills and its removal frees. Only Linux, as root, with redis-server; run
// `npm run setup` before.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { count, counts, readOptions } from "../bench/options.mjs";
import { compare, queue } from "../dist/index.js";
import { packageRoot } from "../dist/system/package-root.js";
import { compareWithOneProcess, shortRuns } from "./queued-study.mjs";

const values = readOptions(
  `Usage: node scripts/fill-queue.mjs [--cells 1000] [--epochs 10] [--workers 2] [--full 5,5,45] [--port 7579]
  --full  durations in seconds for which the disk is full, the first before the study is submitted`,
  {
    cells: { type: "string", default: "1000" },
    epochs: { type: "string", default: "10" },
    workers: { type: "string", default: "2" },
    full: { type: "string", default: "5,5,45" },
    port: { type: "string", default: "7579" },
  },
);
const [cells, epochs, workers] = ["cells", "epochs", "workers"].map((name) => count(values, name));
const durations = counts(values, "full");
const port = count(values, "port", 65_535);
const connection = `redis://127.0.0.1:${port}`;
const config = shortRuns(cells, epochs);
const root = mkdtempSync(join(tmpdir(), "optimbench-fill-queue-"));
const disk = join(root, "disk");
const folder = join(root, "queued");

/** Fills the disk for some time. */
async function fill(seconds) {
  const file = join(disk, "ballast");
  const ballast = openSync(file, "w");
  for (const size of [2 ** 20, 2 ** 12])
    try {
      for (;;) writeSync(ballast, Buffer.alloc(size));
    } catch (error) {
      if (error.code !== "ENOSPC") throw error;
    }
  closeSync(ballast);
  console.log(`-- the disk is full for ${seconds} s`);
  await sleep(1000 * seconds);
  rmSync(file);
  console.log("-- the disk has space again");
}
async function fillAgain(isDone) {
  let done = 1;
  for (const seconds of durations.slice(1)) {
    await sleep(5000);
    if (isDone()) return done;
    await fill(seconds);
    done++;
  }
  return done;
}

const children = [];
function start(name, command, ...args) {
  const child = spawn(command, args, { stdio: ["ignore", "ignore", "pipe"] });
  child.stderr.on("data", (text) => process.stdout.write(`${name}: ${text}`));
  children.push(child);
}

mkdirSync(disk);
execFileSync("mount", ["-t", "tmpfs", "-o", "size=64m", "tmpfs", disk]);
try {
  const settings = ["--appendonly", "yes", "--save", "", "--bind", "127.0.0.1", "--loglevel", "warning"];
  start("redis", "redis-server", "--port", String(port), "--dir", disk, ...settings);
  await sleep(1000);
  const main = join(packageRoot, "dist", "cli", "main.js");
  for (let i = 1; i <= workers; i++)
    start(`worker${i}`, process.execPath, main, "worker", connection, "--threads", "1", "--quiet");
  await sleep(3000);
  const filling = fill(durations[0]);
  await sleep(1000);
  let isDone = false;
  let again;
  let ran = 0;
  await compare({
    ...config,
    folder,
    executor: queue({ connection, sendData: true }),
    onNotice: (text) => console.log(`compare: ${text}`),
    onSkip() {
      ran++;
      again ??= filling.then(() => fillAgain(() => isDone));
    },
  });
  isDone = true;
  console.log(`${ran} runs, ${workers} workers, the disk was full ${await again} times`);
  await compareWithOneProcess(folder, config);
} finally {
  for (const child of children.toReversed()) {
    child.kill("SIGKILL");
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  }
  execFileSync("umount", [disk]);
  rmSync(root, { recursive: true });
}
