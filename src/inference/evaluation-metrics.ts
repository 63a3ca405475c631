import type { EvaluationMetrics, Metrics } from "../history/epoch-record.js";
import type { Measured } from "../native/addon.js";

/** The mean loss (null if it is not finite) and the accuracy. */
export const metrics = ({
  loss,
  correct,
  samples,
}: Pick<Measured, "loss" | "correct" | "samples">): Metrics => ({
  loss: finite(loss / samples),
  accuracy: correct / samples,
});

/** The same for an evaluation, with the metrics that are independent of the loss. */
export const evaluationMetrics = (measured: Measured): EvaluationMetrics => ({
  ...metrics(measured),
  negativeLogLikelihood: finite(measured.negativeLogLikelihood / measured.samples),
  calibrationError: finite(measured.calibrationError / measured.samples),
});

const finite = (value: number) => (Number.isFinite(value) ? value : null);
