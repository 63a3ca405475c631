import type { ReliabilityBin } from "./predictions.generated.js";

/** Whether predictions are as often right as they are confident: means over all images. */
export interface Calibration {
  readonly confidence: number;
  readonly accuracy: number;
  /** The expected calibration error: the mean difference of both in a bin. */
  readonly error: number;
}

export function calibrationOf(bins: readonly ReliabilityBin[]): Calibration {
  const count = bins.reduce((sum, bin) => sum + bin.count, 0);
  const mean = (of: (bin: ReliabilityBin) => number) =>
    count === 0 ? 0 : bins.reduce((sum, bin) => sum + bin.count * of(bin), 0) / count;
  return {
    confidence: mean((bin) => bin.confidence),
    accuracy: mean((bin) => bin.accuracy),
    error: mean((bin) => Math.abs(bin.confidence - bin.accuracy)),
  };
}
