import type { Study } from "../../study/study.js";
import { finalEpoch, type RunRecord } from "../../training/run-record.js";
import { type Row, runsTable } from "./runs-table.js";

/** runs.csv: one row per run, with the metrics of its final weights. A loss that is not finite is empty. */
export const runsCsv = (study: Study): Generator<string> => runsTable(study, COLUMNS, (run) => [runRow(run)]);

function runRow(run: RunRecord): Row {
  const { history, test, seconds, parametersSha256 } = run;
  const final = finalEpoch(run);
  return {
    epochs: history.at(-1)?.epoch,
    finalEpoch: final?.epoch,
    trainLoss: final?.train.loss,
    trainAccuracy: final?.train.accuracy,
    validationLoss: final?.validation.loss,
    validationAccuracy: final?.validation.accuracy,
    validationNegativeLogLikelihood: final?.validation.negativeLogLikelihood,
    validationCalibrationError: final?.validation.calibrationError,
    testLoss: test?.loss,
    testAccuracy: test?.accuracy,
    testNegativeLogLikelihood: test?.negativeLogLikelihood,
    testCalibrationError: test?.calibrationError,
    trainSeconds: seconds.train,
    evaluateSeconds: seconds.evaluate,
    totalSeconds: seconds.total,
    finalParametersSha256: parametersSha256.final,
  };
}

const COLUMNS = [
  "epochs",
  "finalEpoch",
  "trainLoss",
  "trainAccuracy",
  "validationLoss",
  "validationAccuracy",
  "validationNegativeLogLikelihood",
  "validationCalibrationError",
  "testLoss",
  "testAccuracy",
  "testNegativeLogLikelihood",
  "testCalibrationError",
  "trainSeconds",
  "evaluateSeconds",
  "totalSeconds",
  "finalParametersSha256",
];
