// Measures the speed goals of the project, against PyTorch and Keras where they can do the same work.
import { defaultThreads } from "../dist/config/threads.js";
import { MODELS } from "./models.mjs";
import { count, counts, list, readOptions } from "./options.mjs";
import { PEERS } from "./peers/training-peers.mjs";
import { printRows } from "./print-rows.mjs";
import { checkOut, recordHead, writeRecord } from "./record.mjs";
import { arithmeticRate } from "./rows/arithmetic-rate.mjs";
import { epochMemory } from "./rows/epoch-memory.mjs";
import { parallelRuns } from "./rows/parallel-runs.mjs";
import { start } from "./rows/start.mjs";
import { MOST_BATCH, SUITE_MEASURES, suite } from "./suite.mjs";

/** What is measured once, without peers. */
const ROWS = { rate: arithmeticRate, study: parallelRuns, start, epoch: epochMemory };
const NAMES = [...SUITE_MEASURES, ...Object.keys(ROWS)];

const values = readOptions(
  `Usage: npm run bench:peers [-- --models ${Object.keys(MODELS).join(",")}] [--batch-sizes 32,256]
  [--only ${NAMES.join(",")}] [--peers ${Object.keys(PEERS).join(",")}]
  [--rounds N] [--threads N] [--out FILE]`,
  {
    models: { type: "string", default: Object.keys(MODELS).join(",") },
    "batch-sizes": { type: "string", default: "32,256" },
    only: { type: "string", default: NAMES.join(",") },
    peers: { type: "string", default: Object.keys(PEERS).join(",") },
    rounds: { type: "string", default: "7" },
    threads: { type: "string", default: String(defaultThreads()) },
    out: { type: "string" },
  },
);
const [rounds, threads] = [count(values, "rounds"), count(values, "threads")];
const models = list(values, "models", Object.keys(MODELS));
const batchSizes = counts(values, "batch-sizes", MOST_BATCH);
const chosen = list(values, "only", NAMES);
const peers = list(values, "peers", Object.keys(PEERS));

await checkOut(values);
const head = recordHead("peers", { threads, rounds });
const measures = SUITE_MEASURES.filter((measure) => chosen.includes(measure));
const { rows, versions } =
  measures.length > 0
    ? await suite({ models, batchSizes, measures, peers, threads, rounds })
    : { rows: [], versions: {} };
for (const [name, row] of Object.entries(ROWS))
  if (chosen.includes(name)) rows.push(...[await row({ threads, rounds })].flat());

printRows(rows);
if (values.out !== undefined) await writeRecord(values.out, { ...head, peers: versions, rows });
