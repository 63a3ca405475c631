// Time of one training step and of the optimizer's update alone, per optimizer and batch size, on the paper's CNN.
// Usage: npm run bench [-- --threads N] [--time SECONDS per task]
import { parseArgs } from "node:util";
import { Bench } from "tinybench";
import { OPTIMIZER_NAMES } from "../dist/optimizers/optimizers.js";
import { referenceSession } from "./reference-session.mjs";

const { values } = parseArgs({
  options: { threads: { type: "string" }, time: { type: "string", default: "2" } },
});
const threads = values.threads === undefined ? {} : { threads: Number(values.threads) };

const bench = new Bench({ time: Number(values.time) * 1000, warmupTime: 300, iterations: 5 });
const sessions = [];
for (const optimizer of OPTIMIZER_NAMES) {
  for (const batchSize of [32, 256]) {
    const session = referenceSession({ optimizer, batchSize, ...threads });
    sessions.push(session);
    // The native clock is taken: it starts and ends with the work itself.
    bench.add(
      `${optimizer}, step, batch ${batchSize}`,
      async () => ({ overriddenDuration: await session.train(1) }),
      { async: true },
    );
  }
  const session = sessions.at(-1);
  bench.add(`${optimizer}, update alone`, async () => ({ overriddenDuration: await session.update(1) }), {
    async: true,
  });
}

await bench.run();
const [{ config }] = sessions;
console.log(`paper-cnn, ${config.device}, ${config.threads} threads; the update is of 109,898 parameters.`);
console.table(
  bench.tasks.map(({ name, result }) => ({
    task: name,
    "median ms": result.latency.p50.toFixed(3),
    "p99 ms": result.latency.p99.toFixed(3),
    "± %": result.latency.rme.toFixed(1),
    samples: result.latency.samplesCount,
  })),
);
for (const session of sessions) session.dispose();
