// Measures the speed goals of the project, against PyTorch and Keras where they can do the same work.
import { defaultThreads } from "../dist/config/threads.js";
import { checkWritable } from "../dist/system/write-file.js";
import { count, list, readOptions } from "./options.mjs";
import { startTrainingPeers } from "./peers/training-peers.mjs";
import { printRows } from "./print-rows.mjs";
import { recordHead, writeRecord } from "./record.mjs";
import { arithmeticRate } from "./rows/arithmetic-rate.mjs";
import { evaluation } from "./rows/evaluation.mjs";
import { parallelRuns } from "./rows/parallel-runs.mjs";
import { peakMemory } from "./rows/peak-memory.mjs";
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
  study: parallelRuns,
  start,
  memory: peakMemory,
};
const WITH_PEERS = ["step", "evaluation"];

const values = readOptions(
  `Usage: npm run bench:peers [-- --rounds N] [--threads N] [--only ${Object.keys(ROWS).join(",")}] [--out FILE]`,
  {
    rounds: { type: "string", default: "7" },
    threads: { type: "string", default: String(defaultThreads()) },
    only: { type: "string", default: Object.keys(ROWS).join(",") },
    out: { type: "string" },
  },
);
const [rounds, threads] = [count(values, "rounds"), count(values, "threads")];
const chosen = list(values, "only", Object.keys(ROWS));

if (values.out !== undefined) await checkWritable(values.out);
const head = recordHead("peers", { threads, rounds });
const peers = chosen.some((name) => WITH_PEERS.includes(name)) ? await startTrainingPeers(threads) : {};
const rows = [];
for (const name of chosen) rows.push(...[await ROWS[name]({ threads, rounds, peers })].flat());
for (const peer of Object.values(peers)) peer.end();
const versions = Object.assign({}, ...Object.values(peers).map((peer) => peer.versions));

printRows(rows);
if (values.out !== undefined) await writeRecord(values.out, { ...head, peers: versions, rows });
