/** The share of scores above a threshold, for each threshold: the score distribution of Agarwal et al. (2021, arXiv 2108.13264). */
export const performanceProfile = (scores: readonly number[], thresholds: readonly number[]): number[] =>
  thresholds.map((threshold) => scores.filter((score) => score > threshold).length / scores.length);
