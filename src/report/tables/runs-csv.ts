import type { Study } from "../../study/study.js";
import { finalEpoch, type RunRecord } from "../../training/run-record.js";
import { finiteOrNull, type TimeToTarget, timeToTarget } from "../../training/time-to-target.js";
import { visible } from "../../validation/printable.js";
import { METRIC_COLUMNS, metricCells } from "./metric-cells.js";
import { type Row, runsTable } from "./runs-table.js";

/** runs.csv: one row per run, with the metrics of its final weights. A loss that is not finite, or a target that was missed, is empty. */
export function runsCsv(study: Study): Generator<string> {
  const targets = [...(study.config.targets ?? [])].sort((a, b) => a - b);
  const columns = targets.flatMap((target) => Object.keys(targetCells(target, undefined)));
  return runsTable(study, [...COLUMNS, ...columns], (run) => [
    Object.assign(runRow(run), ...targets.map((target) => targetCells(target, timeToTarget(run, target)))),
  ]);
}

function targetCells(target: number, time: TimeToTarget | undefined): Row {
  const finite = (value = Number.POSITIVE_INFINITY) => finiteOrNull(value);
  return {
    [`target${target}Seconds`]: finite(time?.seconds),
    [`target${target}Steps`]: finite(time?.steps),
    [`target${target}Epochs`]: finite(time?.epochs),
  };
}

function runRow(run: RunRecord): Row {
  const { history, test, seconds, parametersSha256 } = run;
  const final = finalEpoch(run);
  return {
    epochs: history.at(-1)?.epoch,
    finalEpoch: final?.epoch,
    ...metricCells(final, test),
    trainSeconds: seconds.train,
    evaluateSeconds: seconds.evaluate,
    totalSeconds: seconds.total,
    finalParametersSha256: visible(parametersSha256.final),
  };
}

const COLUMNS = [
  "epochs",
  "finalEpoch",
  ...METRIC_COLUMNS,
  "trainSeconds",
  "evaluateSeconds",
  "totalSeconds",
  "finalParametersSha256",
];
