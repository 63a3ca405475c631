// Measures the error rate of verdicts: draws thousands of studies from a pool of runs, so that their arms are equal by
// construction or differ by what is planted. Writes record.json and the tables of docs/calibration.md.
// Usage: npm run calibrate [-- --train] [--runs N] [--share 0.01]
//   --train trains the pool again, which is otherwise that of record.json; --share draws fewer studies and writes nothing
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { count, positive, readOptions } from "../../bench/options.mjs";
import { DEFAULT_MARGIN } from "../../dist/config/margin.js";
import { decideInRounds } from "../../dist/verdicts/decide-in-rounds.js";
import { decidePairs } from "../../dist/verdicts/decide-pairs.js";
import { judgeStudies, predictedPower } from "./draw.mjs";
import { poolOf } from "./pool.mjs";

const values = readOptions("Usage: npm run calibrate [-- --train] [--runs N] [--share 0.01]", {
  train: { type: "boolean", default: false },
  runs: { type: "string", default: "500" },
  share: { type: "string", default: "1" },
});
const [share, runs] = [positive(values, "share", 1), count(values, "runs")];
const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const pool = values.train
  ? await poolOf(runs, path("../../build/calibration"))
  : JSON.parse(readFileSync(path("record.json"), "utf8")).pool;
const { accuracies, images } = pool;
const options = { margin: DEFAULT_MARGIN, resolution: 1 / images };

const SEEDS = [5, 8, 10, 15, 20, 30];
const STUDIES = { 2: 20_000, 4: 10_000, 17: 3000 };
const judge = (scores, random) => ({ decisions: decidePairs(scores, { ...options, random }) });
const draw = (row) => {
  const studies = Math.ceil(share * (row.studies ?? STUDIES[row.arms]));
  const start = performance.now();
  const found = judgeStudies({ accuracies, judge, ...row, studies });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  process.stderr.write(`${JSON.stringify(found)} ${seconds} s\n`);
  return found;
};

const fixed = [2, 4, 17].flatMap((arms) => SEEDS.map((seeds) => draw({ arms, seeds })));
const planted = [2, 4].flatMap((arms) =>
  [0.002, 0.005, 0.01].flatMap((difference) =>
    [5, 10, 20, 30].map((seeds) => ({
      ...draw({ arms, seeds, planted: difference, studies: 2000 }),
      predicted: predictedPower({ accuracies, arms, seeds, planted: difference }),
    })),
  ),
);

const design = { perRound: 5, rounds: 6 };
const inRounds = (scores, random) => {
  const { decisions, round } = decideInRounds(scores, design, { ...options, random });
  return { decisions, used: round * design.perRound };
};
const IN_ROUNDS = { 2: [4000, 500], 4: [10_000, 500], 17: [3000, 500] };
const rounds = Object.entries(IN_ROUNDS).flatMap(([arms, [equal, different]]) =>
  [0, 0.002, 0.005, 0.01].map((planted) =>
    draw({
      arms: Number(arms),
      seeds: 30,
      planted,
      judge: inRounds,
      studies: planted === 0 ? equal : different,
    }),
  ),
);

if (share === 1) {
  const date = new Date().toISOString().slice(0, 10);
  const { margin } = options;
  const record = { date, margin, design, pool, fixed, planted, rounds };
  writeFileSync(path("record.json"), `${JSON.stringify(record)}\n`);
  await import("./page.mjs");
}
