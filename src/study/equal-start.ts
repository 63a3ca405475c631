import { OptimbenchError } from "../errors.js";
import type { RunRecord } from "../training/run-record.js";

/** What the initial weights of a run depend on. Runs in which it is equal start from equal weights. */
export function startOf({ config, dataset }: RunRecord): string {
  const { seed, semantics, model, initialWeights } = config;
  const { height, width, channels, classes } = dataset;
  const { from: _, ...weights } = initialWeights ?? {};
  return JSON.stringify([seed, semantics, model.layers, height, width, channels, classes, weights]);
}

/** Whether runs of the same seed and model started from equal weights. */
export function startedEqually(runs: readonly RunRecord[]): boolean {
  const hashes = new Map<string, string>();
  return runs.every((run) => {
    const start = startOf(run);
    const first = hashes.get(start) ?? run.parametersSha256.initial;
    hashes.set(start, first);
    return first === run.parametersSha256.initial;
  });
}

/** Checks each run that ends against the earlier ones, so that a bug here cannot produce an unfair comparison. */
export function equalStartCheck(): (run: RunRecord) => void {
  const first = new Map<string, RunRecord>();
  return (run) => {
    const start = startOf(run);
    const earlier = first.get(start) ?? run;
    first.set(start, earlier);
    if (earlier.parametersSha256.initial === run.parametersSha256.initial) return;
    throw new OptimbenchError(
      "NATIVE",
      `Runs of seed ${run.config.seed} with the same model started from different weights (${earlier.config.optimizer.name}, ` +
        `${run.config.optimizer.name}). This is a bug in optimbench; please report it.`,
    );
  };
}
