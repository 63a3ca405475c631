import { compare, loadDataset } from "../../dist/index.js";
import { interleaved } from "../interleaved.mjs";
import { ratio } from "../row.mjs";

const RUNS = 8;
const STUDY = {
  split: { train: 4_000, validation: 1_000 },
  optimizers: ["adam"],
  seeds: RUNS,
  epochs: 1,
  warmUp: false,
};

/**
 * How much sooner a study is done whose runs go side by side on two cores, each with a thread, than on one thread in turn.
 * The dataset is read before, and neither way warms up: what counts is the runs.
 */
export async function sideBySide({ rounds }) {
  const study = { ...STUDY, dataset: await loadDataset("mnist-10k") };
  const times = await interleaved(
    "study",
    {
      "1 thread, in turn": () => timed({ ...study, threads: 1 }),
      "2 threads, side by side": () => timed({ ...study, threads: 2, clock: "shared" }),
    },
    rounds,
  );
  return {
    what: `${RUNS} runs of a study side by side on 2 cores (\`--clock shared\`), throughput over one thread's`,
    goal: { atLeast: 1.9 },
    unit: "",
    ...ratio(times["1 thread, in turn"], times["2 threads, side by side"]),
    measured: times,
    measuredUnit: "ms",
  };
}

async function timed(config) {
  const start = performance.now();
  await compare(config);
  return performance.now() - start;
}
