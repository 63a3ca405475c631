import { compare, loadDataset } from "../../dist/index.js";
import { interleaved } from "../interleaved.mjs";
import { ratio } from "../row.mjs";

const RUNS = 8;
const STUDY = {
  split: { train: 4_000, validation: 1_000 },
  optimizers: ["adam"],
  seeds: RUNS,
  epochs: 1,
  untimedSteps: false,
};

/**
 * The speedup of a study whose runs train in parallel on two cores, with one thread each, over the same study on one thread.
 * The dataset is loaded before, and neither study runs untimed steps, so only the runs count.
 */
export async function parallelRuns({ rounds }) {
  const study = { ...STUDY, dataset: await loadDataset("mnist-10k") };
  const times = await interleaved(
    "study",
    {
      "1 thread, sequential": () => timed({ ...study, threads: 1 }),
      "2 threads, parallel": () => timed({ ...study, threads: 2, execution: "parallel" }),
    },
    rounds,
  );
  return {
    what: `${RUNS} runs of a study on 2 cores (\`--execution parallel\`), throughput relative to 1 thread`,
    goal: { atLeast: 1.9 },
    unit: "",
    ...ratio(times["1 thread, sequential"], times["2 threads, parallel"]),
    measured: times,
    measuredUnit: "ms",
  };
}

async function timed(config) {
  const start = performance.now();
  await compare(config);
  return performance.now() - start;
}
