// The optimizer's update alone beside PyTorch's fused kernels and eager loop, and beside what memory allows: the same layer
// shapes and threads, rounds interleaved so that what else the machine does hits all alike, ratios of medians.
// Usage: npm run bench:update [-- --rounds N] [--threads N] [--models small,large] [--optimizers adam,sgd] [--json]
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { defaultThreads } from "../dist/config/threads.js";
import { OPTIMIZER_NAMES } from "../dist/optimizers/optimizers.js";
import { peersPython } from "./peers/environment.mjs";
import { median } from "./peers/median.mjs";
import { startPeer } from "./peers/peer.mjs";
import { referenceSession } from "./reference-session.mjs";

const dense = (units) => ({ type: "dense", units, activation: "relu" });
const MODELS = {
  small: { model: "paper-cnn", steps: 200 }, // 109,898 parameters
  large: {
    model: {
      layers: [{ type: "flatten" }, dense(2048), dense(2048), dense(2048), { type: "dense", units: 10 }],
    },
    steps: 4, // 10,020,874 parameters
  },
};

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "7" },
    threads: { type: "string", default: String(defaultThreads()) },
    models: { type: "string", default: "small,large" },
    optimizers: { type: "string", default: OPTIMIZER_NAMES.join(",") },
    json: { type: "boolean", default: false },
  },
});
const rounds = Number(values.rounds);
const threads = Number(values.threads);

const script = fileURLToPath(new URL("peers/pytorch_update.py", import.meta.url));
const pytorch = startPeer(await peersPython(), [script, String(threads)]);
const record = { date: new Date().toISOString(), threads, rounds, results: [] };

for (const size of values.models.split(",")) {
  const { model, steps } = MODELS[size];
  // How fast memory is: theta = theta - rate * g, here or in PyTorch, whichever is faster.
  const stream = referenceSession({ model, optimizer: "sgd", batchSize: 32, threads });
  await stream.train(1);
  for (const optimizer of values.optimizers.split(",")) {
    // Its matrix products take seconds there: memory is not the question.
    if (optimizer === "muon" && size === "large") continue;
    const ours = referenceSession({ model, optimizer, semantics: "pytorch", batchSize: 32, threads });
    await ours.train(1); // for a gradient
    const { shapes, parameters, bytes } = ours.memory();
    const times = { ours: [], fused: [], loop: [], stream: [], ownStream: [] };
    for (let round = -1; round < rounds; round++) {
      for (const [what, found] of Object.entries(times)) {
        const own = { ours, ownStream: stream }[what];
        const milliseconds = own
          ? await own.update(steps)
          : await pytorch.measure({ shapes, optimizer, mode: what, steps });
        if (round >= 0 && milliseconds !== null) found.push(milliseconds); // the round before is warm-up
      }
    }
    ours.dispose();
    // theta and the gradient are read and theta is written: three numbers a parameter.
    const bytesPerMs = (3 * 4 * parameters) / Math.min(median(times.stream), median(times.ownStream));
    const own = median(times.ours);
    const ratio = (others) => (others.length === 0 ? undefined : own / median(others));
    record.results.push({
      parameters,
      optimizer,
      ms: own,
      leastMs: Math.min(...times.ours),
      toFused: ratio(times.fused),
      toLoop: ratio(times.loop),
      toMemory: own / (bytes / bytesPerMs),
    });
    process.stderr.write(`${parameters} parameters, ${optimizer}\n`);
  }
  stream.dispose();
}
pytorch.end();

if (values.json) console.log(JSON.stringify(record, null, 2));
else {
  console.log(
    `Optimizers' updates alone, ${threads} threads, ${rounds} interleaved rounds: optimbench / this.`,
  );
  console.table(
    record.results.map((row) => ({
      parameters: row.parameters,
      optimizer: row.optimizer,
      "median ms": row.ms.toFixed(3),
      "least ms": row.leastMs.toFixed(3),
      "PyTorch fused": row.toFused?.toFixed(2) ?? "",
      "PyTorch loop": row.toLoop?.toFixed(2) ?? "",
      "memory bound": row.toMemory.toFixed(2),
    })),
  );
}
