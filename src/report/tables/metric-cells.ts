import type { EpochRecord } from "../../history/epoch-record.js";
import type { RunRecord } from "../../training/run-record.js";
import type { Row } from "./runs-table.js";

/** The columns of runs.csv and epochs.csv that hold metrics. */
export const METRIC_COLUMNS = Object.keys(metricCells(undefined, undefined));

/** The metrics of an epoch, and those of the test images. */
export function metricCells(epoch: EpochRecord | undefined, test: RunRecord["test"]): Row {
  return {
    trainLoss: epoch?.train.loss,
    trainAccuracy: epoch?.train.accuracy,
    validationLoss: epoch?.validation.loss,
    validationAccuracy: epoch?.validation.accuracy,
    validationNegativeLogLikelihood: epoch?.validation.negativeLogLikelihood,
    validationCalibrationError: epoch?.validation.calibrationError,
    testLoss: test?.loss,
    testAccuracy: test?.accuracy,
    testNegativeLogLikelihood: test?.negativeLogLikelihood,
    testCalibrationError: test?.calibrationError,
  };
}
