/** What is measured on a set of images. */
export interface Metrics {
  /** Mean loss an image; null where it is not finite (a diverged run). */
  readonly loss: number | null;
  /** Share of images whose largest output is the label's, 0 to 1. */
  readonly accuracy: number;
}

/** What is measured on images that are not trained on. The two more make nets of different losses comparable. */
export interface EvaluationMetrics extends Metrics {
  /** Mean of -log softmax(logits)[label] an image, whatever the loss; null where not finite; missing where a file has none. */
  readonly negativeLogLikelihood?: number | null | undefined;
  /**
   * Expected calibration error, 0 to 1 (Guo et al. 2017): how far the largest probability is from the share of right answers,
   * in the mean over 15 equal bins of that probability; null and missing as above.
   */
  readonly calibrationError?: number | null | undefined;
}

/** One epoch of one run. Epoch 0 is the state before training. */
export interface EpochRecord {
  readonly epoch: number;
  /** The rate of its first step; a schedule may change it from step to step. In epoch 0, that of the first step to come. */
  readonly learningRate: number;
  /**
   * Running means over the epoch while the weights move, as in Keras, of the loss with its class weights; in epoch 0
   * measured on the initial weights.
   */
  readonly train: Metrics;
  /** Measured after the epoch, without class weights. */
  readonly validation: EvaluationMetrics;
  /** Seconds on a monotonic clock: the training steps alone, and the evaluation. */
  readonly seconds: { readonly train: number; readonly evaluate: number };
}

/** How a run ended. */
export type RunStatus = "completed" | "diverged" | "cancelled";

/** Totals over a run: `untimedSteps` comes before the others and is in none of them; `total` is the whole of it, loading included. */
export interface RunSeconds {
  readonly train: number;
  readonly evaluate: number;
  readonly untimedSteps: number;
  readonly total: number;
}
