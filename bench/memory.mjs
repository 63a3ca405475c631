// `npm run bench:memory`: the resident memory of a process that trains again and again, after each run. It must not grow after the
// tenth. `--runs` says how often (default 200).
import { train } from "../dist/index.js";
import { count, readOptions } from "./options.mjs";

const usage = "Usage: npm run bench:memory [-- --runs N]";
const runs = count(readOptions(usage, { runs: { type: "string", default: "200" } }), "runs");
const config = {
  dataset: "mnist-10k",
  split: { train: 320, validation: 320 },
  epochs: 1,
  untimedSteps: false,
};
const megabytes = [];
for (let run = 0; run < runs; run++) {
  (await train({ ...config, seed: run })).model.dispose();
  megabytes.push(process.memoryUsage.rss() / 1e6);
}
const later = megabytes.slice(10);
const text = (bytes) => bytes.toFixed(0);
for (const run of [1, 10, 20, 50, 100, 150, 200].filter((each) => each <= megabytes.length))
  console.log(`after run ${run}: ${text(megabytes[run - 1])} MB`);
if (later.length > 0)
  console.log(`most after run 10: ${text(Math.max(...later))} MB; least: ${text(Math.min(...later))} MB`);
