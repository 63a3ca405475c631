// Times the update of every optimizer against PyTorch's fused kernels and eager loop, and against the memory bound. Layer
// shapes and threads are the same. Rounds are interleaved, so other work on the machine affects all alike. Rows are ratios
// of medians.
import { fileURLToPath } from "node:url";
import { defaultThreads } from "../dist/config/threads.js";
import { OPTIMIZER_NAMES } from "../dist/optimizers/optimizers.js";
import { plainTable } from "../dist/system/plain-table.js";
import { interleaved } from "./interleaved.mjs";
import { count, list, readOptions } from "./options.mjs";
import { peersPython } from "./peers/environment.mjs";
import { startPeer } from "./peers/peer.mjs";
import { printRows } from "./print-rows.mjs";
import { checkOut, recordHead, writeRecord } from "./record.mjs";
import { referenceSession } from "./reference-session.mjs";
import { median, ratio } from "./row.mjs";
import { updateRows } from "./rows/updates.mjs";

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

const values = readOptions(
  "Usage: npm run bench:update [-- --rounds N] [--threads N] [--models small,large] [--optimizers adam,sgd] [--out FILE]",
  {
    rounds: { type: "string", default: "7" },
    threads: { type: "string", default: String(defaultThreads()) },
    models: { type: "string", default: Object.keys(MODELS).join(",") },
    optimizers: { type: "string", default: OPTIMIZER_NAMES.join(",") },
    out: { type: "string" },
  },
);
const [rounds, threads] = [count(values, "rounds"), count(values, "threads")];
const models = list(values, "models", Object.keys(MODELS));
const optimizers = list(values, "optimizers", OPTIMIZER_NAMES);

await checkOut(values);
const head = recordHead("update", { threads, rounds });
const script = fileURLToPath(new URL("peers/pytorch_update.py", import.meta.url));
const pytorch = startPeer(await peersPython(), [script, String(threads)]);
const results = [];

for (const size of models) {
  const { model, steps } = MODELS[size];
  // The memory bandwidth: theta = theta - rate * g, here or in PyTorch, whichever is faster.
  const stream = await referenceSession({ model, optimizer: "sgd", batchSize: 32, threads });
  await stream.train(1);
  for (const optimizer of optimizers) {
    // Muon's matrix products take seconds there, so memory is not the limit.
    if (optimizer === "muon" && size === "large") continue;
    const ours = await referenceSession({ model, optimizer, semantics: "pytorch", batchSize: 32, threads });
    await ours.train(1); // computes a gradient
    const { shapes, parameters, bytes } = ours.memory();
    const { stream: theirs, ...times } = await interleaved(
      `${parameters} parameters, ${optimizer}`,
      {
        optimbench: () => ours.update(steps),
        ...Object.fromEntries(
          ["fused", "loop", "stream"].map((mode) => [
            mode,
            () => pytorch.measure({ shapes, optimizer, mode, steps }),
          ]),
        ),
        ownStream: () => stream.update(steps),
      },
      rounds,
    );
    ours.dispose();
    const { ownStream, ...compared } = times;
    // theta and the gradient are read and theta is written: three numbers per parameter.
    const share = bytes / (3 * 4 * parameters);
    const fastest = median(theirs) < median(ownStream) ? theirs : ownStream;
    const own = Object.entries({ ...compared, memory: fastest.map((each) => each * share) });
    results.push({
      parameters,
      optimizer,
      milliseconds: Object.fromEntries(own.filter(([, list]) => !list.includes(null))),
    });
  }
  stream.dispose();
}
await pytorch.end();

const rows = updateRows(results);

const text = (value) => (value === undefined ? "" : value.toFixed(2));
const to = ({ milliseconds }, name) =>
  milliseconds[name] && ratio(milliseconds.optimbench, milliseconds[name]).value;
console.log(
  plainTable(
    ["parameters", "optimizer", "median ms", "/ PyTorch fused", "/ PyTorch loop", "/ memory"].map(
      (title, i) => ({ title, right: i !== 1 }),
    ),
    results.map((each) => [
      String(each.parameters),
      each.optimizer,
      median(each.milliseconds.optimbench).toFixed(3),
      ...["fused", "loop", "memory"].map((name) => text(to(each, name))),
    ]),
  ),
);
printRows(rows);
if (values.out !== undefined) await writeRecord(values.out, { ...head, rows, results });
