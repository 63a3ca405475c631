import { SingleBar } from "cli-progress";
import type { EpochRecord } from "../../history/epoch-record.js";
import type { PlannedRun } from "../../study/callbacks.js";
import { escapeControls } from "../../system/terminal.js";

/** Shows the progress of a study. */
export interface Progress {
  onEpoch(epoch: EpochRecord, run: PlannedRun): void;
  /** Called after a run, which may have ended before its last epoch. */
  onRun(run: PlannedRun): void;
  /** Removes the bar. */
  stop(): void;
}

interface ProgressOptions {
  readonly quiet: boolean;
  /** Whether runs are trained in parallel, so that their times are omitted. Default false. */
  readonly inParallel?: boolean;
  readonly stream?: NodeJS.WriteStream;
}

/** A bar on a terminal, one line per epoch otherwise, nothing if `quiet`. It goes to stderr; stdout is for results. */
export function showProgress({ stream = process.stderr, ...options }: ProgressOptions): Progress {
  return stream.isTTY && !options.quiet ? bar(stream) : printEpochs({ ...options, stream });
}

/** Prints one line per epoch. */
export const printEpochs = ({ quiet, inParallel, stream = process.stdout }: ProgressOptions): Progress => ({
  onEpoch: (epoch, run) => {
    if (!quiet) stream.write(`${escapeControls(epochLine(epoch, run, inParallel))}\n`);
  },
  onRun() {},
  stop() {},
});

/** `run 1/4 adam: epoch 2/5, validation accuracy 0.9731, loss 0.0912, 3.1 s`; without the seconds for parallel runs */
export function epochLine(
  { epoch, validation, seconds }: EpochRecord,
  { number, count, label, config }: PlannedRun,
  inParallel = false,
): string {
  const loss = validation.loss === null ? "not finite" : validation.loss.toFixed(4);
  const run = count === 1 ? "" : `run ${number}/${count} `;
  return (
    `${run}${label}: epoch ${epoch}/${config.epochs}, ` +
    `validation accuracy ${validation.accuracy.toFixed(4)}, loss ${loss}` +
    (inParallel ? "" : `, ${seconds.train.toFixed(1)} s`)
  );
}

/** The texts on the bar's line. */
interface BarTexts {
  /** "run 1/4" */
  readonly head: string;
  readonly label: string;
  /** "epoch 2/5, accuracy 0.9731, 12 s left" */
  readonly tail: string;
}

const BAR = { widest: 24, narrowest: 8 } as const;

/** One line that fits any terminal: the bar is shortened first, then the label, so that the remaining time stays visible. */
export function barLine(progress: number, { head, label, tail }: BarTexts, columns: number): string {
  const room = columns - head.length - tail.length - 4; // three spaces, and the last column, after which terminals wrap
  const width = Math.max(BAR.narrowest, Math.min(BAR.widest, room - label.length));
  const done = Math.round(progress * width);
  const bar = "=".repeat(done) + "-".repeat(width - done);
  const letters = room - width;
  const name = label.length > letters ? `${label.slice(0, Math.max(0, letters - 1))}…` : label;
  return [head, ...(letters < 4 ? [] : [name]), ...(room < BAR.narrowest ? [] : [bar]), tail].join(" ");
}

function bar(stream: NodeJS.WriteStream): Progress {
  const single = new SingleBar({
    stream,
    format: (_, { progress }, payload) => barLine(progress, payload as BarTexts, stream.columns || 80),
    hideCursor: true,
    clearOnComplete: true,
  });
  let start: { readonly time: number; readonly done: number } | undefined;
  const epochs = new Map<number, number>(); // finished epochs of each run; several runs may be in progress
  return {
    onEpoch(epoch, { number, count, label, config }) {
      epochs.set(number, epoch.epoch);
      const total = count * config.epochs;
      const done = [...epochs.values()].reduce((sum, each) => sum + each, 0);
      start ??= { time: performance.now(), done };
      const left =
        done > start.done
          ? timeLeft((performance.now() - start.time) * ((total - done) / (done - start.done)))
          : "";
      const parts: BarTexts = {
        head: `run ${number}/${count}`,
        label: escapeControls(label),
        tail: `epoch ${epoch.epoch}/${config.epochs}, accuracy ${epoch.validation.accuracy.toFixed(4)}${left}`,
      };
      if (single.isActive) single.update(done, parts);
      else single.start(total, done, parts);
    },
    onRun: ({ number, config }) => epochs.set(number, config.epochs),
    stop: () => single.stop(),
  };
}

function timeLeft(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 100 ? `, ${seconds} s left` : `, ${Math.round(seconds / 60)} min left`;
}
