import { MultiBar } from "cli-progress";
import type { PlannedRun } from "../../study/planned-run.js";
import { escapeControls } from "../../system/escape-controls.js";
import { printNotice } from "../../system/terminal.js";
import type { RunRecord } from "../../training/run-record.js";
import { durationText } from "../../validation/duration-text.js";
import { type BarTexts, barLine } from "./bar-line.js";
import { Pace } from "./pace.js";
import type { Progress } from "./progress.js";
import { Standings } from "./standings.js";

/** Draws a bar and, below it, the table so far, in place. */
export function drawProgress(stream: NodeJS.WriteStream): Progress {
  let pace = new Pace([]);
  let standings = new Standings([]);
  let current: Omit<BarTexts, "left"> | undefined;
  let screen: MultiBar | undefined;
  let drawn = 0;
  /** The lines of the table; undefined if they have changed. */
  let table: readonly string[] | undefined;

  const columns = () => stream.columns || 80;
  const lineAt = (place: number) => {
    if (place > 0) return table?.[place - 1] ?? "";
    const seconds = pace.secondsLeft;
    const left = seconds === undefined ? undefined : `${durationText(Math.round(seconds))} left`;
    return barLine(pace.progress, { ...current!, left }, columns());
  };
  const draw = () => {
    if (current === undefined) return;
    screen ??= new MultiBar({ stream, hideCursor: true, clearOnComplete: true, gracefulExit: false });
    table ??= standings.lines(columns(), (stream.rows || 24) - 2);
    if (drawn > table.length) return; // the lines there are redrawn ten times per second
    for (; drawn <= table.length; drawn++) {
      const place = drawn;
      screen.create(1, 0, {}, { format: () => lineAt(place) });
    }
    screen.update();
  };
  const clear = () => {
    screen?.stop();
    screen = undefined;
    drawn = 0;
  };
  const redraw = () => {
    clear();
    table = undefined;
    draw();
  };
  const end = (run: PlannedRun, record?: RunRecord) => {
    pace.onEnd(run, record);
    if (record === undefined) return;
    standings.add(run, record);
    table = undefined;
    draw();
  };

  return {
    onPlan(runs) {
      pace = new Pace(runs);
      standings = new Standings(runs);
      stream.on("resize", redraw);
    },
    onEpoch(epoch, run) {
      pace.onEpoch(epoch, run);
      current = {
        head: `run ${run.number}/${run.count}`,
        label: escapeControls(run.label),
        epoch: `epoch ${epoch.epoch}/${run.config.epochs}`,
        accuracy: `accuracy ${epoch.validation.accuracy.toFixed(4)}`,
      };
      draw();
    },
    onRun: end,
    onSkip: end,
    onNotice(text) {
      clear();
      printNotice(text);
      draw();
    },
    stop() {
      stream.off("resize", redraw);
      clear();
      current = undefined;
    },
  };
}
