import type { EpochRecord } from "../../history/epoch-record.js";
import type { PlannedRun } from "../../study/planned-run.js";
import { escapeControls } from "../../system/escape-controls.js";
import { printNotice } from "../../system/terminal.js";
import type { RunRecord } from "../../training/run-record.js";
import { durationText } from "../../validation/duration-text.js";
import { Pace } from "./pace.js";
import type { Progress } from "./progress.js";

/** Prints a line per epoch and, in a study of several runs, per run. */
export function printLines(stream: NodeJS.WriteStream, inParallel = false): Progress {
  let pace: Pace | undefined;
  const say = (line: string) => void stream.write(`${escapeControls(line)}\n`);
  return {
    onPlan(runs) {
      pace = new Pace(runs);
    },
    onEpoch(epoch, run) {
      pace?.onEpoch(epoch, run);
      say(epochLine(epoch, run, inParallel));
    },
    onRun(run, record) {
      pace?.onEnd(run, record);
      if (run.count > 1) say(runLine(run, record, pace?.secondsLeft, inParallel));
    },
    onSkip: (run, record) => pace?.onEnd(run, record),
    onNotice: printNotice,
    stop() {},
  };
}

/** `run 1/4 adam: epoch 2/5, validation accuracy 0.9731, loss 0.0912, 3.1 s`; without the seconds for parallel runs */
export function epochLine(
  { epoch, validation, seconds }: EpochRecord,
  run: PlannedRun,
  inParallel = false,
): string {
  const loss = validation.loss === null ? "not finite" : validation.loss.toFixed(4);
  return (
    `${nameOf(run)}: epoch ${epoch}/${run.config.epochs}, ` +
    `validation accuracy ${validation.accuracy.toFixed(4)}, loss ${loss}` +
    (inParallel ? "" : `, ${seconds.train.toFixed(1)} s`)
  );
}

/** `run 1/4 adam: completed in 16 s; 48 s left` */
export function runLine(
  run: PlannedRun,
  { status, seconds }: RunRecord,
  secondsLeft: number | undefined,
  inParallel = false,
): string {
  return (
    `${nameOf(run)}: ${status}${inParallel ? "" : ` in ${durationText(seconds.total)}`}` +
    (secondsLeft ? `; ${durationText(secondsLeft)} left` : "")
  );
}

const nameOf = ({ number, count, label }: PlannedRun): string =>
  `${count === 1 ? "" : `run ${number}/${count} `}${label}`;
