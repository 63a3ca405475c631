import { stringify } from "csv-stringify/sync";
import { armsOf } from "../../study/arms.js";
import { differingPaths, textAt } from "../../study/labels.js";
import { ranInParallel, type Study } from "../../study/study.js";
import { finalEpoch, type RunRecord } from "../../training/run-record.js";
import { printable } from "../../validation/printable.js";

/**
 * results.csv: one row per run and epoch, including epoch 0 (before training). The last columns are the other varied fields. It is generated run by run, so that no string
 * holds all of a large study. Seconds are given per epoch and since the start of the run; they are empty where runs went in
 * parallel. A loss that is not finite is empty. Metrics on the test images are in the row of the epoch whose weights the run
 * ended with.
 */
export function* epochsCsv(study: Study): Generator<string> {
  const untimed = ranInParallel(study) ? UNTIMED : {};
  const arms = armsOf(study);
  const varied = differingPaths(arms.map(({ config }) => config)).filter((path) => !SHOWN.test(path));
  yield csv([[...COLUMNS, ...varied]]);
  for (const { label, config, runs } of arms) {
    const values = varied.map((path) => textAt(config, path));
    for (const run of runs)
      yield csv(
        epochRows(label, run).map((row) => {
          const record = { ...row, ...untimed };
          return [...COLUMNS.map((column) => record[column]), ...values];
        }),
      );
  }
}

/** The paths that other columns contain. */
const SHOWN = /^(optimizer\.(semantics|learningRate)|loss\.name)$/;

/** Prefixes a name that a spreadsheet would evaluate, such as "=1+1", with an apostrophe. */
const csv = (rows: unknown[][]) => stringify(rows, { escape_formulas: true });

type Row = Readonly<Partial<Record<(typeof COLUMNS)[number], string | number | null | undefined>>>;

function epochRows(label: string, run: RunRecord): Row[] {
  const { config, status, history, test } = run;
  const final = finalEpoch(run);
  let train = 0;
  let evaluate = 0;
  return history.map((epoch) => {
    train += epoch.seconds.train;
    evaluate += epoch.seconds.evaluate;
    return {
      arm: label,
      optimizer: printable(config.optimizer.name),
      semantics: printable(config.optimizer.semantics),
      initialLearningRate: config.optimizer.learningRate,
      loss: printable(config.loss.name),
      seed: config.seed,
      status,
      epoch: epoch.epoch,
      learningRate: epoch.learningRate,
      trainLoss: epoch.train.loss,
      trainAccuracy: epoch.train.accuracy,
      validationLoss: epoch.validation.loss,
      validationAccuracy: epoch.validation.accuracy,
      validationNegativeLogLikelihood: epoch.validation.negativeLogLikelihood,
      validationCalibrationError: epoch.validation.calibrationError,
      ...(epoch === final && {
        testLoss: test?.loss,
        testAccuracy: test?.accuracy,
        testNegativeLogLikelihood: test?.negativeLogLikelihood,
        testCalibrationError: test?.calibrationError,
      }),
      trainSeconds: epoch.seconds.train,
      evaluateSeconds: epoch.seconds.evaluate,
      totalTrainSeconds: train,
      totalEvaluateSeconds: evaluate,
    };
  });
}

const COLUMNS = [
  "arm",
  "optimizer",
  "semantics",
  "initialLearningRate",
  "loss",
  "seed",
  "status",
  "epoch",
  "learningRate",
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
  "totalTrainSeconds",
  "totalEvaluateSeconds",
] as const;

const UNTIMED: Row = {
  trainSeconds: undefined,
  evaluateSeconds: undefined,
  totalTrainSeconds: undefined,
  totalEvaluateSeconds: undefined,
};
