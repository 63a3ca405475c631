import type { ResolvedTrainConfig } from "../config/resolved-config.js";
import type { NativeDataset, NativeSession } from "../native/addon.js";
import { stopwatch } from "../system/stopwatch.js";

/** The most images, for any batch size. */
const MOST_IMAGES = 1024;

/** The number of images of these steps. */
export const untimedImages = (trainImages: number, batchSize: number): number =>
  Math.min(trainImages, 4 * batchSize, MOST_IMAGES);

/**
 * Runs a few steps, then resets the session, so that libtorch selects kernels and allocates memory before the first timed step.
 * The run is not affected.
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
