// Stops a long training run after five seconds and keeps the epochs that finished.
import { train } from "optimbench";

const run = await train({
  dataset: "mnist-10k",
  split: { train: 320, validation: 100 },
  epochs: 100_000,
  signal: AbortSignal.timeout(5000),
});
console.log(run.status, "after epoch", run.history.at(-1)?.epoch);
run.model.dispose();
