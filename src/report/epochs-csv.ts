import { stringify } from "csv-stringify/sync";
import { hasSharedClock, type Study } from "../study.js";
import { settingsOf } from "./settings.js";

/**
 * results.csv: one row a run and epoch, epoch 0 (before training) included. Seconds are of the epoch and since
 * the run began, and empty where runs shared the clock; a loss that is not finite is empty.
 */
export function epochsCsv(study: Study): string {
  const rows = settingsOf(study).flatMap(({ label, runs }) =>
    runs.flatMap(({ config, status, history }) => {
      let train = 0;
      let evaluate = 0;
      return history.map((epoch) => {
        train += epoch.seconds.train;
        evaluate += epoch.seconds.evaluate;
        return {
          setting: label,
          optimizer: config.optimizer.name,
          semantics: config.optimizer.semantics,
          initialLearningRate: config.optimizer.learningRate,
          loss: config.loss.name,
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
          trainSeconds: epoch.seconds.train,
          evaluateSeconds: epoch.seconds.evaluate,
          totalTrainSeconds: train,
          totalEvaluateSeconds: evaluate,
        };
      });
    }),
  );
  const told = hasSharedClock(study) ? rows.map((row) => ({ ...row, ...UNTIMED })) : rows;
  return stringify(told, { header: true, columns: [...COLUMNS] });
}

const COLUMNS = [
  "setting",
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
  "trainSeconds",
  "evaluateSeconds",
  "totalTrainSeconds",
  "totalEvaluateSeconds",
] as const;

const UNTIMED: Partial<Record<(typeof COLUMNS)[number], undefined>> = {
  trainSeconds: undefined,
  evaluateSeconds: undefined,
  totalTrainSeconds: undefined,
  totalEvaluateSeconds: undefined,
};
