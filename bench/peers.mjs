// What the project sets itself as its goals of speed, measured: beside PyTorch and Keras where they do the same.
// Usage: npm run bench:peers [-- --rounds N] [--threads N] [--only step,evaluation,...] [--json FILE]
import { parseArgs } from "node:util";
import { defaultThreads } from "../dist/config/threads.js";
import { startTrainingPeers } from "./peers/training-peers.mjs";
import { printRows } from "./print-rows.mjs";
import { recordHead, writeRecord } from "./record.mjs";
import { arithmeticRate } from "./rows/arithmetic-rate.mjs";
import { evaluation } from "./rows/evaluation.mjs";
import { peakMemory } from "./rows/peak-memory.mjs";
import { sideBySide } from "./rows/side-by-side.mjs";
import { start } from "./rows/start.mjs";
import { threadScaling } from "./rows/thread-scaling.mjs";
import { trainingStep } from "./rows/training-step.mjs";

const ROWS = {
  step: async (options) => [
    await trainingStep({ ...options, batch: 256, goal: 0.4 }),
    await trainingStep({ ...options, batch: 32, goal: 0.35 }),
  ],
  evaluation,
  rate: arithmeticRate,
  threads: threadScaling,
  study: sideBySide,
  start,
  memory: peakMemory,
};
const WITH_PEERS = ["step", "evaluation"];

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "7" },
    threads: { type: "string", default: String(defaultThreads()) },
    only: { type: "string", default: Object.keys(ROWS).join(",") },
    json: { type: "string" },
  },
});
const [rounds, threads] = [count("rounds"), count("threads")];
const chosen = values.only.split(",");
for (const name of chosen)
  if (!Object.hasOwn(ROWS, name)) fail(`--only takes ${Object.keys(ROWS).join(", ")}; got "${name}".`);

const head = recordHead("peers", { threads, rounds });
const peers = chosen.some((name) => WITH_PEERS.includes(name)) ? await startTrainingPeers(threads) : {};
const rows = [];
for (const name of chosen) rows.push(...[await ROWS[name]({ threads, rounds, peers })].flat());
for (const peer of Object.values(peers)) peer.end();
const versions = Object.assign({}, ...Object.values(peers).map((peer) => peer.versions));

if (values.json !== undefined) writeRecord(values.json, { ...head, peers: versions, rows });
printRows(rows);

function count(option) {
  const value = Number(values[option]);
  return Number.isInteger(value) && value > 0 ? value : fail(`--${option} takes a whole number above 0.`);
}

function fail(message) {
  console.error(message);
  process.exit(2);
}
