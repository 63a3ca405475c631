// What studies over many machines cost besides training, with workers that wait instead of training: commands, memory and time of
// the Redis server and of `compare` per cell, and cells per second by the number of workers. All processes are on this machine.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Redis } from "ioredis";
import { compare, queue, train } from "../dist/index.js";
import { nativeInfo } from "../dist/native/addon.js";
import { runWorker } from "../dist/queue/worker.js";
import { environment } from "../dist/study/environment.js";
import { hostIdentity } from "../dist/system/host-identity.js";
import { plainTable } from "../dist/system/plain-table.js";
import { count, counts, fail, readOptions } from "./options.mjs";
import { checkOut, recordHead, writeRecord } from "./record.mjs";

const values = readOptions(
  `Usage: npm run bench:queue [-- --workers 1,10,50,100,200] [--cells N] [--cell-ms MS] [--processes N] [--planned N] [--server PROGRAM] [--out FILE]
  --workers    numbers of workers, a measurement for each
  --cells      cells of each measurement
  --cell-ms    how long a worker waits for each cell, in milliseconds
  --processes  processes that the workers share
  --planned    cells of the study whose planning and submission are measured; 0 for none
  --server     the program of the Redis server`,
  {
    workers: { type: "string", default: "1,10,50,100,200" },
    cells: { type: "string", default: "4000" },
    "cell-ms": { type: "string", default: "10" },
    processes: { type: "string", default: "2" },
    planned: { type: "string", default: "100000" },
    server: { type: "string", default: "redis-server" },
    out: { type: "string" },
    // Internal: what a process of this script does on the server at this port.
    role: { type: "string" },
    port: { type: "string", default: "7479" },
    folder: { type: "string" },
  },
);
const port = count(values, "port", 65_535);
const connection = `redis://127.0.0.1:${port}`;
const MOST_SEEDS = 10_000;
const SMALL = { dataset: "digits", model: "mlp", epochs: 2, threads: 1 };

/** Workers in this process. A cell takes its time, and has the measurements of one run. */
async function work() {
  const milliseconds = count(values, "cell-ms");
  const { record, model } = await train({ ...SMALL, optimizer: "adam" });
  model.dispose();
  const where = environment(nativeInfo());
  const run = async (key, config) => {
    const startedAt = new Date().toISOString();
    await sleep(milliseconds);
    const seconds = { ...record.seconds, total: milliseconds / 1000 };
    const place = { ...hostIdentity(), environment: where, execution: "sequential" };
    return { key, ...place, record: { ...record, config, startedAt, seconds } };
  };
  const all = count(values, "workers");
  await Promise.all(Array.from({ length: all }, () => runWorker({ connection, threads: 1 }, false, run)));
}

/** Submits a study in this process, and prints what happens as lines of JSON. */
async function submit() {
  const cells = count(values, "cells");
  const start = performance.now();
  const say = (event) =>
    console.log(
      JSON.stringify({
        event,
        seconds: (performance.now() - start) / 1000,
        megabytes: process.resourceUsage().maxRSS / 1024,
      }),
    );
  let isFirst = true;
  await compare({
    ...SMALL,
    optimizers: ["adam", "sgd"],
    ...(cells > MOST_SEEDS && { vary: { "optimizer.learningRate": { from: 1e-4, to: 1e-1, points: 10 } } }),
    seeds: Math.ceil(cells / (cells > MOST_SEEDS ? 20 : 2)),
    folder: values.folder,
    executor: queue({ connection, mostWaiting: cells }), // all: no `compare` submits more while workers are measured
    onPlan: () => say("planned"),
    onNotice: (text) => /^Submitted/.test(text) && say("submitted"),
    onSkip() {
      if (isFirst) say("first");
      isFirst = false;
    },
  });
  say("finished");
}

if (values.role !== undefined) {
  await (values.role === "work" ? work() : submit());
  process.exit();
}

await checkOut(values);
const settings = {
  workers: counts(values, "workers"),
  cells: count(values, "cells"),
  cellMilliseconds: count(values, "cell-ms"),
  processes: count(values, "processes"),
  planned: values.planned === "0" ? 0 : count(values, "planned", 100_000),
};
const head = recordHead("queue", settings);
const root = mkdtempSync(join(tmpdir(), "optimbench-bench-queue-"));
const children = new Set();
let folders = 0;

function start(program, args, options) {
  const child = spawn(program, args, options);
  child.on("error", (error) => fail(`${program} cannot be started: ${error.message}`, 1));
  children.add(child);
  child.once("exit", () => children.delete(child));
  return child;
}
async function end(child) {
  if (!children.has(child)) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}
const self = (role, options) =>
  start(
    process.execPath,
    [fileURLToPath(import.meta.url), "--role", role, "--port", values.port, ...options.map(String)],
    { stdio: ["ignore", "pipe", "inherit"] },
  );

/** Workers in a few processes. */
function startWorkers(number) {
  const processes = Math.min(number, settings.processes);
  return Array.from({ length: processes }, (_, i) => {
    const share = Math.floor((number + i) / processes);
    return self("work", ["--workers", share, "--cell-ms", settings.cellMilliseconds]);
  });
}

/** A `compare` in its own process. `until` waits for one of its events. */
function startStudy(cells, folder = join(root, `study-${folders++}`)) {
  const child = self("submit", ["--cells", cells, "--folder", folder]);
  const events = new Map();
  const lines = createInterface(child.stdout);
  lines.on("line", (line) => {
    const { event, ...what } = JSON.parse(line);
    events.set(event, what);
  });
  return {
    child,
    folder,
    async until(event) {
      while (!events.has(event)) {
        await Promise.race([once(lines, "line"), once(lines, "close")]);
        if (!children.has(child) && !events.has(event)) fail(`The study ended before it was ${event}.`, 1);
      }
      return events.get(event);
    },
  };
}

start(
  values.server,
  ["--port", values.port, "--dir", root, "--bind", "127.0.0.1", "--appendonly", "yes", "--save", ""],
  { stdio: "ignore" },
);
const redis = new Redis(connection, { retryStrategy: () => 100, maxRetriesPerRequest: 100 });
redis.on("error", () => {}); // until the server has started
const number = (text, key) => Number(new RegExp(`^${key}:(\\d+(\\.\\d+)?)`, "m").exec(text)?.[1]);
/** What the server has done and holds. Commands of scripts are counted with those that call them. */
async function usage() {
  const info = await redis.info("everything");
  return {
    bytes: number(info, "used_memory"),
    seconds: number(info, "used_cpu_user") + number(info, "used_cpu_sys"),
    commands: number(info, "total_commands_processed"),
    connections: number(info, "connected_clients"),
  };
}
const difference = (after, before) =>
  Object.fromEntries(Object.entries(after).map(([key, value]) => [key, value - before[key]]));

/** Waits for so many results that nobody collects. @returns their number, and when there were so many, in seconds */
async function untilResults(least) {
  for (;;) {
    const [id] = await redis.hkeys("optimbench:studies");
    const results = await redis.hlen(`optimbench:results:${id}`);
    if (results >= least) return { results, seconds: performance.now() / 1000 };
    await sleep(50);
  }
}

/** What the server holds per cell that waits, and per cell that nobody has collected. */
async function memory() {
  const { cells } = settings;
  await redis.flushall();
  const empty = await usage();
  const study = startStudy(cells);
  await study.until("submitted");
  const waiting = difference(await usage(), empty);
  await end(study.child);
  const workers = startWorkers(Math.max(...settings.workers));
  await untilResults(cells);
  await Promise.all(workers.map(end));
  await sleep(500); // their connections hold memory, too
  const finished = difference(await usage(), empty);
  const again = startStudy(cells, study.folder);
  const [first, last] = [await again.until("first"), await again.until("finished")];
  return {
    "waiting cell, bytes": waiting.bytes / cells,
    "finished cell that is not collected, bytes": finished.bytes / cells,
    "cells that compare collects per second": cells / (last.seconds - first.seconds),
  };
}

/** Cells per second with so many workers, whose results nobody collects, and what they cost the server. */
async function throughput(workers) {
  const { cells } = settings;
  await redis.flushall();
  const { connections } = await usage();
  const children = startWorkers(workers);
  while ((await usage()).connections < connections + workers) await sleep(100);
  await sleep(5000); // until all have said that they are there
  const atRest = await usage();
  await sleep(5000);
  const resting = difference(await usage(), atRest);
  const study = startStudy(cells);
  await study.until("planned");
  const before = await usage();
  await study.until("submitted");
  await end(study.child);
  const [first, last] = [await untilResults(1), await untilResults(cells)];
  const used = difference(await usage(), before);
  await Promise.all(children.map(end));
  return {
    workers,
    "cells per second": (last.results - first.results) / (last.seconds - first.seconds),
    "commands per cell": used.commands / cells,
    "server, ms per cell": (1000 * used.seconds) / cells,
    "commands per idle worker and second": resting.commands / 5 / workers,
    "server, ms per idle worker and second": (1000 * resting.seconds) / 5 / workers,
  };
}

/** Planning and submitting a study of many cells, which nobody takes. */
async function planning() {
  await redis.flushall();
  const empty = await usage();
  const study = startStudy(settings.planned);
  const planned = await study.until("planned");
  const submitted = await study.until("submitted");
  const held = difference(await usage(), empty);
  await end(study.child);
  return {
    cells: settings.planned,
    "planning, s": planned.seconds,
    "submission, s": submitted.seconds - planned.seconds,
    "compare, MB": submitted.megabytes,
    "server, MB": held.bytes / 2 ** 20,
  };
}

const show = (rows) =>
  console.log(
    plainTable(
      Object.keys(rows[0]).map((title) => ({ title, right: true })),
      rows.map((row) => Object.values(row).map((value) => Number(value.toPrecision(3)).toLocaleString("en"))),
    ),
  );
try {
  const held = await memory();
  show([held]);
  const rows = [];
  for (const workers of settings.workers) rows.push(await throughput(workers));
  show(rows);
  const planned = settings.planned === 0 ? undefined : await planning();
  if (planned) show([planned]);
  if (values.out !== undefined)
    await writeRecord(values.out, { ...head, memory: held, throughput: rows, planning: planned });
} finally {
  redis.disconnect();
  await Promise.all([...children].map(end));
  rmSync(root, { recursive: true, force: true });
}
