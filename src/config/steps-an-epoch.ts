import type { ResolvedTrainConfig } from "./resolved-config.js";

/** Steps per epoch. Every epoch uses each training image once; its last batch or group of batches may be smaller. */
export const stepsAnEpoch = ({
  split,
  batchSize,
  gradientAccumulation,
}: Pick<ResolvedTrainConfig, "split" | "batchSize" | "gradientAccumulation">): number =>
  Math.ceil(split.train / (batchSize * gradientAccumulation));
