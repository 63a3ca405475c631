// A training step of the paper's CNN with Adam beside PyTorch and Keras: same network, batch and threads,
// rounds interleaved so that what else the machine does hits all alike; ratios of medians with their spread.
// Usage: npm run bench:peers [-- --rounds N] [--threads N] [--batch 32,256] [--json]
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { defaultThreads } from "../dist/config/threads.js";
import { peersPython } from "./peers/environment.mjs";
import { median } from "./peers/median.mjs";
import { startPeer } from "./peers/peer.mjs";
import { referenceSession } from "./reference-session.mjs";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "7" },
    threads: { type: "string", default: String(defaultThreads()) },
    batch: { type: "string", default: "32,256" },
    json: { type: "boolean", default: false },
  },
});
const rounds = Number(values.rounds);
const threads = Number(values.threads);
const batches = values.batch.split(",").map(Number);
const STEPS = { 32: 40, 256: 8 };

const python = await peersPython();
const script = (name) => fileURLToPath(new URL(`peers/${name}`, import.meta.url));
const peers = {
  "pytorch eager": startPeer(python, [script("pytorch_step.py"), "eager", String(threads)]),
  "pytorch compile": startPeer(python, [script("pytorch_step.py"), "compile", String(threads)]),
  "keras tensorflow": startPeer(python, [script("keras_step.py"), String(threads)]),
};

const record = { date: new Date().toISOString(), threads, rounds, results: [] };
for (const batch of batches) {
  const ours = referenceSession({ optimizer: "adam", batchSize: batch, threads });
  const contestants = { optimbench: { measure: ({ steps }) => ours.train(steps) }, ...peers };
  const steps = STEPS[batch] ?? Math.max(4, Math.ceil(2048 / batch));
  const times = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    for (const [name, contestant] of Object.entries(contestants)) {
      const milliseconds = await contestant.measure({ steps, batch });
      if (round >= 0) times[name].push(milliseconds); // the round before is warm-up: compilation, caches
    }
    process.stderr.write(`batch ${batch}: round ${round + 1} of ${rounds}\n`);
  }
  ours.dispose();
  for (const [name, own] of Object.entries(times)) {
    const ratios = own.map((each, i) => times.optimbench[i] / each);
    record.results.push({
      batch,
      name,
      medianMs: median(own),
      leastMs: Math.min(...own),
      oursToThis: median(times.optimbench) / median(own),
      ratioOfRounds: [Math.min(...ratios), Math.max(...ratios)],
    });
  }
}
for (const peer of Object.values(peers)) peer.end();

if (values.json) console.log(JSON.stringify(record, null, 2));
else {
  console.log(`A training step of paper-cnn with Adam, ${threads} threads, ${rounds} interleaved rounds.`);
  console.table(
    record.results.map((row) => ({
      batch: row.batch,
      what: row.name,
      "median ms": row.medianMs.toFixed(1),
      "least ms": row.leastMs.toFixed(1),
      "optimbench / this": row.oursToThis.toFixed(2),
      "per round": row.ratioOfRounds.map((ratio) => ratio.toFixed(2)).join(" to "),
    })),
  );
}
