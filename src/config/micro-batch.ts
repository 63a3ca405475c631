/**
 * The number of images that one thread computes at a time. A batch is divided into micro-batches, and their gradients are
 * summed in a fixed order, so that results do not depend on the number of threads. For the same reason, the size depends only
 * on the batch size.
 *
 * It is half a batch, 8 to 16 images. With 16, temporaries fit in the cache; below 8, the overhead per operator is noticeable.
 */
export const microBatchSize = (batchSize: number): number =>
  Math.min(16, Math.max(8, Math.ceil(batchSize / 2)), batchSize);
