import { finalEpoch, type RunRecord } from "../training/run-record.js";

/** What arms are compared by. */
export const METRICS = ["validationAccuracy", "testAccuracy"] as const;
/** What arms are compared by. */
export type Metric = (typeof METRICS)[number];

export const METRIC_TEXTS: Readonly<Record<Metric, string>> = {
  validationAccuracy: "validation accuracy",
  testAccuracy: "test accuracy",
};

/** The metric of a run at its end; undefined if it was not measured. */
export const metricOf = (run: RunRecord, metric: Metric): number | undefined =>
  metric === "testAccuracy" ? run.test?.accuracy : finalEpoch(run)?.validation.accuracy;

/** The number of images that the metric was measured on. */
export const imagesOf = ({ config, dataset, validationImages }: RunRecord, metric: Metric): number =>
  metric === "testAccuracy" ? (dataset.testCount ?? 0) : (validationImages ?? config.split.validation);
