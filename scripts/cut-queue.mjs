// Runs a study in a queue over a network that is cut, and compares the result with that of the same study in one process. The Redis
// server and each worker have a network namespace of their own, whose link ends at a bridge; `compare` is at the bridge. Without cuts,
// it measures throughput. Only Linux, as root, with iproute2 and redis-server; run `npm run setup` before.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { count, counts, readOptions, wholeNumber } from "../bench/options.mjs";
import { compare, queue } from "../dist/index.js";
import { packageRoot } from "../dist/system/package-root.js";
import { compareWithOneProcess, shortRuns } from "./queued-study.mjs";

const values = readOptions(
  `Usage: node scripts/cut-queue.mjs [--cells 2000] [--epochs 10] [--workers 2] [--cuts 5,25,45] [--pause 10]
  --cuts   durations in seconds, each of a cut of one worker and of one of the server, so of everything; none for no cut
  --pause  seconds between cuts`,
  {
    cells: { type: "string", default: "2000" },
    epochs: { type: "string", default: "10" },
    workers: { type: "string", default: "2" },
    cuts: { type: "string", default: "5,25,45" },
    pause: { type: "string", default: "10" },
  },
);
const [cells, epochs, workers] = ["cells", "epochs", "workers"].map((name) => count(values, name));
const cuts = values.cuts === "none" ? [] : counts(values, "cuts");
const pause = wholeNumber(values, "pause", 0);
const config = shortRuns(cells, epochs);

const run = (command, ...args) => execFileSync(command, args, { stdio: ["ignore", "pipe", "inherit"] });
/** When the server could be reached again; undefined if a run has finished since. */
let healed;

async function main() {
  const root = mkdtempSync(join(tmpdir(), "optimbench-cut-queue-"));
  const places = ["redis", ...Array.from({ length: workers }, (_, i) => `worker${i}`)];
  const spaces = places.map((place) => `cut-${process.pid}-${place}`);
  const made = [];
  const children = [];
  try {
    run("ip", "link", "add", "bridge", "type", "bridge");
    run("ip", "address", "add", "10.99.0.254/24", "dev", "bridge");
    for (const name of ["lo", "bridge"]) run("ip", "link", "set", name, "up");
    for (const [i, space] of spaces.entries()) {
      run("ip", "netns", "add", space);
      made.push(space);
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
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    }
    for (const space of made) run("ip", "netns", "delete", space);
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
      await sleep(1000 * pause);
      if (isDone()) return done;
      console.log(`-- ${what} is cut off for ${seconds} s`);
      run("ip", "link", "set", port, "down");
      await sleep(1000 * seconds);
      run("ip", "link", "set", port, "up");
      console.log("-- healed");
      if (port === "port0") healed = performance.now();
      done++;
    }
  return done;
}

async function follow(connection, folder) {
  let isDone = false;
  let cutting;
  let ran = 0;
  let first;
  await compare({
    ...config,
    folder,
    executor: queue({ connection, sendData: true }),
    onNotice(text) {
      console.log(`compare: ${text}`);
      cutting ??= cutThem(() => isDone);
    },
    onSkip() {
      ran++;
      first ??= performance.now();
      if (healed === undefined) return;
      console.log(`the first result ${((performance.now() - healed) / 1000).toFixed(1)} s after the cut`);
      healed = undefined;
    },
  });
  const seconds = (performance.now() - first) / 1000;
  isDone = true;
  const rate = ((ran - 1) / seconds).toFixed(1);
  console.log(`${ran} runs, ${rate} per second from the first, ${workers} workers, ${await cutting} cuts`);
  await compareWithOneProcess(folder, config);
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
