import type { ResolvedTrainConfig } from "./config/resolve-train-config.js";
import type { NativeDataset, SessionSpec } from "./native.js";
import { openSession } from "./session.js";
import { stopwatch } from "./stopwatch.js";

/** Images at most, however large the batch. */
const MOST_IMAGES = 1024;

/**
 * A few steps of a session that is thrown away, so that the first timed step finds libtorch's kernels chosen and
 * memory at hand. Nothing of it reaches the run: it has weights and random streams of its own.
 *
 * @returns the seconds it took
 */
export async function warmUp(
  spec: SessionSpec,
  dataset: NativeDataset,
  trainImages: Uint32Array,
  { batchSize, gradientAccumulation, optimizer }: ResolvedTrainConfig,
  signal: AbortSignal | undefined,
): Promise<number> {
  if (signal?.aborted) return 0;
  const seconds = stopwatch();
  const session = openSession(spec);
  const stop = () => session.cancel();
  signal?.addEventListener("abort", stop);
  try {
    const order = trainImages.slice(0, Math.min(4 * batchSize, MOST_IMAGES));
    const updates = Math.ceil(order.length / (batchSize * gradientAccumulation));
    const learningRates = new Float64Array(updates).fill(optimizer.learningRate);
    await session.train(dataset, { order, batchSize, gradientAccumulation, learningRates, epoch: 0 });
    await session.evaluate(dataset, order);
  } finally {
    signal?.removeEventListener("abort", stop);
    session.dispose();
  }
  return seconds();
}
