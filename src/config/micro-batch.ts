import { configError } from "../errors.js";
import type { ResolvedModel } from "../models/models.js";
import { needsWholeBatch } from "../models/whole-batch.js";

/**
 * How many images one thread computes at a time. A batch is cut into such pieces, and their gradients are summed in a
 * fixed order, so that results do not depend on the number of threads; therefore the size depends on the batch alone.
 *
 * Half a batch, 8 to 16 images: 16 keep the temporaries in the cache, below 8 the operators' own cost counts.
 */
export const microBatchSize = (batchSize: number): number =>
  Math.min(16, Math.max(8, Math.ceil(batchSize / 2)), batchSize);

/** The size for a model, unless it is given. Models that need their batches whole do not have them cut. */
export function resolveMicroBatch(
  given: number | undefined,
  batchSize: number,
  model: ResolvedModel,
): number {
  const whole = needsWholeBatch(model.layers);
  const size = Math.min(given ?? (whole ? batchSize : microBatchSize(batchSize)), batchSize);
  if (whole && size < batchSize)
    throw configError(
      `\`microBatch\` is ${size}, but batchNorm2d needs the whole batch of ${batchSize} at once. Omit \`microBatch\`.`,
      "microBatch",
    );
  return size;
}
