/**
 * How many images one thread computes at a time. A batch is cut into such pieces, and their gradients are summed in a
 * fixed order, so that results do not depend on the number of threads; therefore the size depends on the batch alone.
 *
 * Half a batch, 8 to 16 images: 16 keep the temporaries in the cache, below 8 the operators' own cost counts.
 */
export const microBatchSize = (batchSize: number): number =>
  Math.min(16, Math.max(8, Math.ceil(batchSize / 2)), batchSize);
