/**
 * How many images one thread computes at a time. A batch is cut into such pieces, and their gradients are summed in a
 * fixed order, so that results do not depend on the number of threads; therefore the size depends on the batch alone.
 *
 * A quarter of the batch feeds several cores; 8 to 32 images keep the temporaries in the cache.
 */
export const microBatchSize = (batchSize: number): number =>
  Math.min(32, Math.max(8, Math.ceil(batchSize / 4)), batchSize);
