import type { Study } from "../../study/study.js";
import { finalEpoch, type RunRecord } from "../../training/run-record.js";
import { METRIC_COLUMNS, metricCells } from "./metric-cells.js";
import { type Row, runsTable } from "./runs-table.js";

/**
 * epochs.csv: one row per run and epoch, including epoch 0 (before training). Seconds are given per epoch and since the start of
 * the run. A loss that is not finite is empty. Metrics on the test images are in the row of the epoch whose weights the run ended
 * with.
 */
export const epochsCsv = (study: Study): Generator<string> => runsTable(study, COLUMNS, epochRows);

function epochRows(run: RunRecord): Row[] {
  const { history, test } = run;
  const final = finalEpoch(run);
  let train = 0;
  let evaluate = 0;
  return history.map((epoch) => {
    train += epoch.seconds.train;
    evaluate += epoch.seconds.evaluate;
    return {
      epoch: epoch.epoch,
      learningRate: epoch.learningRate,
      ...metricCells(epoch, epoch === final ? test : undefined),
      trainSeconds: epoch.seconds.train,
      evaluateSeconds: epoch.seconds.evaluate,
      totalTrainSeconds: train,
      totalEvaluateSeconds: evaluate,
    };
  });
}

const COLUMNS = [
  "epoch",
  "learningRate",
  ...METRIC_COLUMNS,
  "trainSeconds",
  "evaluateSeconds",
  "totalTrainSeconds",
  "totalEvaluateSeconds",
];
