// Runs a study in a queue while the network is cut, and compares the result with that of the same study in one process:
// node scripts/cut-queue.mjs [--cells 6] [--workers 2] [--seconds 5,40,75] [--epochs 8000]
// The Redis server and each worker are in a network namespace of their own. Each duration of --seconds is a cut of one worker, and one
// of the server, so of everything. Only Linux, as root, with iproute2 and redis-server; run `npm run setup` before.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { compare, queue } from "../dist/index.js";
import { measured } from "../dist/study/measured.js";
import { packageRoot } from "../dist/system/package-root.js";

const { values } = parseArgs({
  options: {
    cells: { type: "string", default: "6" },
    workers: { type: "string", default: "2" },
    seconds: { type: "string", default: "5,40,75" },
    epochs: { type: "string", default: "8000" },
  },
});
const [cells, workers, epochs] = [values.cells, values.workers, values.epochs].map(Number);
const cuts = values.seconds.split(",").map(Number);

const run = (command, ...args) => execFileSync(command, args, { stdio: ["ignore", "pipe", "inherit"] });
/** When the last cut ended; undefined if a run has finished since. */
let healed;

async function main() {
  const root = mkdtempSync(join(tmpdir(), "optimbench-cut-queue-"));
  const places = ["redis", ...Array.from({ length: workers }, (_, i) => `worker${i}`)];
  const spaces = places.map((place) => `cut-${process.pid}-${place}`);
  const children = [];
  try {
    run("ip", "link", "add", "bridge", "type", "bridge");
    run("ip", "address", "add", "10.99.0.254/24", "dev", "bridge");
    for (const name of ["lo", "bridge"]) run("ip", "link", "set", name, "up");
    for (const [i, space] of spaces.entries()) {
      run("ip", "netns", "add", space);
      run("ip", "link", "add", `port${i}`, "type", "veth", "peer", "name", "eth0", "netns", space);
      run("ip", "link", "set", `port${i}`, "master", "bridge", "up");
      run("ip", "-n", space, "address", "add", `10.99.0.${i + 1}/24`, "dev", "eth0");
      run("ip", "-n", space, "link", "set", "eth0", "up");
    }
    const start = (place, command, ...args) => {
      const inSpace = ["netns", "exec", spaces[place], command, ...args];
      const child = spawn("ip", inSpace, { stdio: ["ignore", "ignore", "pipe"] });
      child.stderr.on("data", (text) => process.stdout.write(`${places[place]}: ${text}`));
      children.push(child);
    };
    const settings = ["--appendonly", "yes", "--save", "", "--protected-mode", "no", "--loglevel", "warning"];
    start(0, "redis-server", "--dir", root, ...settings);
    await sleep(1000);
    const connection = "redis://10.99.0.1:6379";
    const cli = join(packageRoot, "dist", "cli", "main.js");
    for (let i = 1; i <= workers; i++)
      start(i, process.execPath, cli, "worker", connection, "--threads", "1", "--quiet");
    await follow(connection, join(root, "queued"));
  } finally {
    for (const child of children.toReversed()) {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    for (const space of spaces) run("ip", "netns", "delete", space);
    rmSync(root, { recursive: true });
  }
}

async function cutThem(isDone) {
  let done = 0;
  for (const seconds of cuts)
    for (const [port, what] of [
      ["port1", "a worker"],
      ["port0", "the server"],
    ]) {
      await sleep(5000);
      if (isDone()) return done;
      console.log(`-- ${what} is cut off for ${seconds} s`);
      run("ip", "link", "set", port, "down");
      await sleep(1000 * seconds);
      run("ip", "link", "set", port, "up");
      console.log("-- healed");
      healed = performance.now();
      await sleep(30_000);
      done++;
    }
  return done;
}
async function follow(connection, folder) {
  // Cells of a minute or so: 12 x 12 images of three classes.
  const count = 2400;
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 3);
  const images = Uint8Array.from(
    { length: count * 144 },
    (_, i) => ((i * 7919) % 97) + 60 * labels[Math.floor(i / 144)],
  );
  const config = {
    dataset: { name: "stripes", images, labels, height: 12, width: 12, classes: 3 },
    model: { layers: [{ type: "flatten" }, { type: "dense", units: 3 }] },
    optimizers: ["adam", "sgd"],
    seeds: Math.ceil(cells / 2),
    epochs,
    threads: 1,
  };
  let isDone = false;
  let cutting;
  let ran = 0;
  const study = await compare({
    ...config,
    folder,
    executor: queue({ connection, sendData: true }),
    onNotice(text) {
      console.log(`compare: ${text}`);
      cutting ??= cutThem(() => isDone);
    },
    onSkip() {
      ran++;
      if (healed === undefined) return;
      console.log(`the first result ${((performance.now() - healed) / 1000).toFixed(1)} s after the cut`);
      healed = undefined;
    },
  });
  isDone = true;
  console.log(`${ran} runs, ${await cutting} cuts`);
  const alone = await compare(config);
  const lines = readFileSync(join(folder, "cells.jsonl"), "utf8").match(/^\{"cell":\{"key":"\w+"/gm) ?? [];
  const problems = [
    study.failed !== undefined && `${study.failed.length} failed`,
    study.runs.length !== alone.runs.length && `${study.runs.length} runs instead of ${alone.runs.length}`,
    JSON.stringify(study.runs.map(measured)) !== JSON.stringify(alone.runs.map(measured)) && "other results",
    new Set(lines).size !== lines.length && "a cell twice in cells.jsonl",
  ].filter(Boolean);
  console.log(
    problems.length === 0
      ? "equal to the study in one process; nothing lost, nothing doubled"
      : problems.join("; "),
  );
  process.exitCode = problems.length === 0 ? 0 : 1;
}

if (process.env.OPTIMBENCH_CUT_INSIDE === undefined) {
  // In a namespace of its own, so that the server cannot be reached from elsewhere.
  const inside = ["--net", process.execPath, ...process.argv.slice(1)];
  const child = spawn("unshare", inside, {
    stdio: "inherit",
    env: { ...process.env, OPTIMBENCH_CUT_INSIDE: "1" },
  });
  [process.exitCode] = await once(child, "exit");
} else await main();
