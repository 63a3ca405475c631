// Times training steps of the models that bench:peers compares, by layer, and prints the times of an earlier record beside
// them. Without peers, it takes about a second per case.
import { defaultThreads } from "../dist/config/threads.js";
import { plainTable } from "../dist/system/plain-table.js";
import { MODELS } from "./models.mjs";
import { counts, list, readOptions } from "./options.mjs";
import { checkOut, readResults, recordHead, writeRecord } from "./record.mjs";
import { IMAGES, referenceSession } from "./reference-session.mjs";
import { median } from "./row.mjs";

const ROUNDS = 5;
/** The least milliseconds of a round. */
const ROUND = 100;

const values = readOptions(
  `Usage: npm run bench:profile [-- --models ${Object.keys(MODELS).join(",")}]
  [--batch-sizes 32,256] [--threads 1,2] [--before FILE] [--out FILE]`,
  {
    models: { type: "string", default: Object.keys(MODELS).join(",") },
    "batch-sizes": { type: "string", default: "32,256" },
    threads: { type: "string", default: String(defaultThreads()) },
    before: { type: "string" },
    out: { type: "string" },
  },
);
const models = list(values, "models", Object.keys(MODELS));
const batchSizes = counts(values, "batch-sizes", IMAGES);
const threads = counts(values, "threads");
const before = values.before === undefined ? [] : readResults(values, "before", "profile");
await checkOut(values);

const head = recordHead("profile", { threads });
const results = [];
for (const model of models)
  for (const batch of batchSizes)
    for (const count of threads) {
      const result = { model, batch, threads: count, ...(await timed(model, batch, count)) };
      results.push(result);
      console.log(`${model}, batch ${batch}, threads ${count}:\n${partsTable(result, earlier(result))}\n`);
    }
console.log(summaryTable());
if (values.out !== undefined) await writeRecord(values.out, { ...head, results });

/** The milliseconds of a step by round, and of its parts: the mean of as many steps, which are profiled. */
async function timed(model, batchSize, threads) {
  const session = await referenceSession({ model, batchSize, threads });
  await session.train(2);
  const steps = Math.ceil(ROUND / (await session.train(2)));
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await session.train(steps));
  const { layers, ...phases } = await session.profile(2 * steps);
  session.dispose();
  const perStep = (seconds) => (seconds / (2 * steps)) * 1000;
  return {
    rounds,
    parts: [
      ...layers.map(({ name, forward, backward }) => [name, perStep(forward), perStep(backward)]),
      ...Object.entries(phases).map(([name, seconds]) => [name, perStep(seconds)]),
    ],
  };
}

function earlier({ model, batch, threads }) {
  return before.find((each) => each.model === model && each.batch === batch && each.threads === threads);
}

/** Each layer and phase, slow or not, in the order of the work. */
function partsTable({ parts }, old) {
  const sum = ([, forward, backward = 0]) => forward + backward;
  const total = parts.reduce((all, part) => all + sum(part), 0);
  // The parts are comparable only if the model has not changed.
  const same = old?.parts.map(([name]) => name).join() === parts.map(([name]) => name).join();
  return table(
    ["part of a step", "forward ms", "backward ms", "ms", "share", ...(same ? ["before", "ratio"] : [])],
    parts.map((part, i) => [
      part[0],
      ...(part.length === 3 ? part.slice(1).map(ms) : ["", ""]),
      ms(sum(part)),
      `${((sum(part) / total) * 100).toFixed(1)}%`,
      ...(same ? [ms(sum(old.parts[i])), (sum(part) / sum(old.parts[i])).toFixed(2)] : []),
    ]),
  );
}

function summaryTable() {
  return table(
    [
      "model",
      "batch",
      "threads",
      "step ms",
      "lowest",
      "highest",
      ...(before.length > 0 ? ["before", "ratio"] : []),
    ],
    results.map((result) => {
      const { model, batch, threads, rounds } = result;
      const old = earlier(result);
      return [
        ...[model, String(batch), String(threads)],
        ...[median(rounds), Math.min(...rounds), Math.max(...rounds)].map(ms),
        ...(old ? [ms(median(old.rounds)), (median(rounds) / median(old.rounds)).toFixed(2)] : []),
      ];
    }),
  );
}

function table(head, rows) {
  const filled = rows.map((row) => head.map((_, i) => row[i] ?? ""));
  return plainTable(
    head.map((title, i) => ({ title, right: i > 0 })),
    filled,
  );
}

function ms(value) {
  return value.toFixed(3);
}
