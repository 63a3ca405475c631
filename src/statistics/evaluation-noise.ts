/**
 * The standard deviation of an accuracy that comes from the choice of the evaluation images alone: that of a binomial share. No
 * number of seeds reduces it, unless each seed draws other images.
 */
export const binomialDeviation = (accuracy: number, images: number): number =>
  Math.sqrt((accuracy * (1 - accuracy)) / images);

/**
 * The standard deviation between runs of one setting that comes from the evaluation images being few, although the runs would be
 * equally accurate on all images. Each seed draws its images from a pool.
 *
 * If the runs' votes are calibrated per class and their errors on different images independent, error / (2 images) is the
 * variance on fixed images (Jordan 2023, arXiv 2304.01910): exactly for two classes, and at most for more. Images that differ
 * between seeds add what remains of the binomial variance, in proportion to the share of the pool that is not drawn.
 *
 * @param pool number of images that are drawn from; the same as `images` if these are fixed
 */
export function evaluationDeviation(accuracy: number, images: number, pool: number): number {
  const binomial = accuracy * (1 - accuracy);
  const fixed = Math.min((1 - accuracy) / 2, binomial);
  return Math.sqrt((fixed + (1 - images / pool) * (binomial - fixed)) / images);
}

/** What remains of a standard deviation without a part that is independent of the rest; 0 if the part is the larger. */
export const remainingDeviation = (whole: number, part: number): number =>
  Math.sqrt(Math.max(0, whole ** 2 - part ** 2));
