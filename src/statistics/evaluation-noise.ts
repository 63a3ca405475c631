/**
 * The standard deviation of an accuracy that comes from the choice of the evaluation images alone: that of a binomial share. No
 * number of seeds reduces it, unless each seed draws other images.
 */
export const binomialDeviation = (accuracy: number, images: number): number =>
  Math.sqrt((accuracy * (1 - accuracy)) / images);

/**
 * The standard deviation between runs of one setting that comes from a fixed evaluation set being finite, although the runs
 * would be equally accurate on all images: Jordan 2023 (arXiv 2304.01910) derives error / (2 images) as its variance, exact for two
 * classes if the runs' votes are calibrated.
 */
export const finiteSetDeviation = (accuracy: number, images: number): number =>
  Math.sqrt((1 - accuracy) / (2 * images));

/** What remains of a standard deviation without a part that is independent of the rest; 0 if the part is the larger. */
export const remainingDeviation = (whole: number, part: number): number =>
  Math.sqrt(Math.max(0, whole ** 2 - part ** 2));
