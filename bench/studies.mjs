// What a study costs besides training: planning 10,000 runs, reading 10,000 finished ones, and the time per run beside calling
// `train` in a loop.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compare, loadDataset, train } from "../dist/index.js";
import { lineText } from "../dist/study/cell-lines.js";
import { CellsFile } from "../dist/study/cells-file.js";
import { count, readOptions } from "./options.mjs";
import { printRows } from "./print-rows.mjs";
import { checkOut, recordHead, writeRecord } from "./record.mjs";
import { median, single } from "./row.mjs";

const values = readOptions("Usage: npm run bench:studies [-- --rounds N] [--out FILE]", {
  rounds: { type: "string", default: "5" },
  out: { type: "string" },
  // Internal: plans a study of so many arms in its own process and prints the seconds and the memory.
  plan: { type: "string" },
  arms: { type: "string" },
});
const RUNS = 10_000;
const SMALL = { dataset: "digits", model: "mlp", epochs: 1, threads: 1 };

/** Ends `compare` when everything is planned and nothing has run. @returns seconds */
async function plan(folder, arms) {
  const stop = new AbortController();
  const start = performance.now();
  let seconds = 0;
  await compare({
    ...SMALL,
    optimizers: ["adam"],
    vary: {
      "optimizer.learningRate": { from: 1e-4, to: 1e-1, points: arms / 4 },
      "optimizer.beta1": { from: 0.8, to: 0.95, points: 4 },
    },
    seeds: RUNS / arms,
    folder,
    signal: stop.signal,
    onPlan: () => {
      seconds = (performance.now() - start) / 1000;
      stop.abort();
    },
  });
  return seconds;
}

/** Plans in a process of its own, so that its peak memory is that of planning. */
function planned(folder, arms) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [fileURLToPath(import.meta.url), "--plan", folder, "--arms", String(arms)],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

/** Seconds to read the lines of a folder with a finished run for each planned one. */
async function read(folder, record) {
  const path = join(folder, "cells.jsonl");
  const question = readFileSync(path, "utf8");
  const { cells: keys, environment } = JSON.parse(question).question;
  const cells = keys.map((key) =>
    lineText({ cell: { key, host: "bench", environment, execution: "sequential", record } }),
  );
  writeFileSync(path, question + cells.join(""));
  const start = performance.now();
  const lines = await new CellsFile(folder).readNew();
  if (lines.length !== RUNS + 1) throw new Error(`Expected ${RUNS + 1} lines, read ${lines.length}.`);
  return (performance.now() - start) / 1000;
}

/** Milliseconds per run of a study with a folder, and of `train` in a loop, which alternate. */
async function overhead(rounds, folder) {
  const seeds = Array.from({ length: 40 }, (_, i) => i);
  const dataset = await loadDataset(SMALL.dataset);
  const loop = [];
  const study = [];
  for (let round = 0; round <= rounds; round++) {
    const start = performance.now();
    for (const seed of seeds) (await train({ ...SMALL, dataset, seed })).model.dispose();
    const between = performance.now();
    await compare({ ...SMALL, optimizers: ["adam"], seeds, folder: join(folder, `overhead-${round}`) });
    if (round === 0) continue; // the first round loads libtorch
    loop.push((between - start) / seeds.length);
    study.push((performance.now() - between) / seeds.length);
  }
  return { "`train` in a loop": loop, "`compare` with a folder": study };
}

function planRows(what, plans) {
  const seconds = plans.map((each) => each.seconds);
  const megabytes = plans.map((each) => each.megabytes);
  return [
    {
      what: `planning 10,000 runs (${what})`,
      goal: { atMost: 2 },
      unit: "s",
      ...single(seconds),
      measured: { seconds },
      measuredUnit: "s",
    },
    {
      what: `peak memory of a process that plans them, libtorch included (${what})`,
      goal: { atMost: 300 },
      unit: "MB",
      ...single(megabytes),
      measured: { megabytes },
      measuredUnit: "MB",
    },
  ];
}

if (values.plan !== undefined) {
  const seconds = await plan(values.plan, count(values, "arms"));
  console.log(JSON.stringify({ seconds, megabytes: process.resourceUsage().maxRSS / 1024 }));
  process.exit();
}

await checkOut(values);
const rounds = count(values, "rounds");
const folder = mkdtempSync(join(tmpdir(), "optimbench-"));
try {
  const head = recordHead("studies", { rounds });
  const { runs } = await compare({ ...SMALL, optimizers: ["adam"] });
  const plans = { "1,000 arms, 10 seeds": [], "10,000 arms, 1 seed": [] };
  const reads = [];
  for (let round = 0; round < rounds; round++) {
    const name = join(folder, `plan-${round}`);
    plans["1,000 arms, 10 seeds"].push(planned(`${name}-few`, RUNS / 10));
    plans["10,000 arms, 1 seed"].push(planned(name, RUNS));
    reads.push(await read(name, runs[0]));
  }
  const measured = await overhead(rounds, folder);
  const [loop, study] = Object.values(measured);
  const rows = [
    ...Object.entries(plans).flatMap(([what, each]) => planRows(what, each)),
    {
      what: "reading 10,000 finished runs",
      goal: { atMost: 1 },
      unit: "s",
      ...single(reads),
      measured: { seconds: reads },
      measuredUnit: "s",
    },
    {
      what: "a run of a study with a folder, beyond `train` in a loop",
      goal: { atMost: 5 },
      unit: "ms",
      value: median(study) - median(loop),
      spread: single(study.map((each, i) => each - loop[i])).spread,
      measured,
      measuredUnit: "ms",
    },
  ];
  printRows(rows);
  if (values.out !== undefined) await writeRecord(values.out, { ...head, rows });
} finally {
  rmSync(folder, { recursive: true });
}
