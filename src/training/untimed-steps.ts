import type { ResolvedTrainConfig } from "../config/resolved-config.js";
import type { NativeDataset, NativeSession } from "../native/addon.js";
import { stopwatch } from "../system/stopwatch.js";

/** Images at most, however large the batch. */
const MOST_IMAGES = 1024;

/** With how many images these steps are taken. */
export const untimedImages = (trainImages: number, batchSize: number): number =>
  Math.min(trainImages, 4 * batchSize, MOST_IMAGES);

/**
 * A few steps, after which the session starts anew: so the first timed step finds libtorch's kernels chosen and memory at
 * hand, and nothing of these reaches the run.
 *
 * @returns the seconds it took
 */
export async function runUntimedSteps(
  session: NativeSession,
  dataset: NativeDataset,
  trainImages: Uint32Array,
  { batchSize, gradientAccumulation, optimizer }: ResolvedTrainConfig,
  signal: AbortSignal | undefined,
): Promise<number> {
  if (signal?.aborted) return 0;
  const seconds = stopwatch();
  const order = trainImages.slice(0, untimedImages(trainImages.length, batchSize));
  const updates = Math.ceil(order.length / (batchSize * gradientAccumulation));
  const learningRates = new Float64Array(updates).fill(optimizer.learningRate);
  await session.train(dataset, { order, batchSize, gradientAccumulation, learningRates, epoch: 0 });
  await session.evaluate(dataset, order);
  await session.restart();
  return seconds();
}
