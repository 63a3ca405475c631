import { SingleBar } from "cli-progress";
import type { PlannedRun } from "../compare.js";
import type { EpochRecord } from "../history.js";

/** What a person sees while a study runs. */
export interface Progress {
  onEpoch(epoch: EpochRecord, run: PlannedRun): void;
  /** After a run, which may have ended before its last epoch. */
  onRun(run: PlannedRun): void;
  /** Removes the bar. */
  stop(): void;
}

interface ProgressOptions {
  readonly quiet: boolean;
  /** Whether runs share the processor, so that a run's seconds say nothing. Default false. */
  readonly sharedClock?: boolean;
  readonly stream?: NodeJS.WriteStream;
}

/** A bar on a terminal, one line an epoch elsewhere, nothing where `quiet`. On stderr, so that stdout holds results alone. */
export function showProgress({ stream = process.stderr, ...options }: ProgressOptions): Progress {
  return stream.isTTY && !options.quiet ? bar(stream) : printEpochs({ ...options, stream });
}

/** One line an epoch. */
export const printEpochs = ({ quiet, sharedClock, stream = process.stdout }: ProgressOptions): Progress => ({
  onEpoch: (epoch, run) => {
    if (!quiet) stream.write(`${epochLine(epoch, run, sharedClock)}\n`);
  },
  onRun() {},
  stop() {},
});

/** `run 1/4 adam: epoch 2/5, validation accuracy 0.9731, loss 0.0912, 3.1 s`; without the seconds where the clock is shared */
export function epochLine(
  { epoch, validation, seconds }: EpochRecord,
  { number, count, label, config }: PlannedRun,
  sharedClock = false,
): string {
  const loss = validation.loss === null ? "not finite" : validation.loss.toFixed(4);
  const run = count === 1 ? "" : `run ${number}/${count} `;
  return (
    `${run}${label}: epoch ${epoch}/${config.epochs}, ` +
    `validation accuracy ${validation.accuracy.toFixed(4)}, loss ${loss}` +
    (sharedClock ? "" : `, ${seconds.train.toFixed(1)} s`)
  );
}

function bar(stream: NodeJS.WriteStream): Progress {
  const single = new SingleBar({
    stream,
    format: "run {number}/{count} {label} {bar} epoch {epoch}/{epochs}, accuracy {accuracy}{left}",
    barsize: 24,
    hideCursor: true,
    clearOnComplete: true,
  });
  let start: { readonly time: number; readonly done: number } | undefined;
  const epochs = new Map<number, number>(); // done, of each run: several may be under way
  return {
    onEpoch(epoch, { number, count, label, config }) {
      epochs.set(number, epoch.epoch);
      const total = count * config.epochs;
      const done = [...epochs.values()].reduce((sum, each) => sum + each, 0);
      start ??= { time: performance.now(), done };
      const shown = {
        number,
        count,
        label,
        epoch: epoch.epoch,
        epochs: config.epochs,
        accuracy: epoch.validation.accuracy.toFixed(4),
        left:
          done > start.done
            ? timeLeft((performance.now() - start.time) * ((total - done) / (done - start.done)))
            : "",
      };
      if (single.isActive) single.update(done, shown);
      else single.start(total, done, shown);
    },
    onRun: ({ number, config }) => epochs.set(number, config.epochs),
    stop: () => single.stop(),
  };
}

function timeLeft(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 100 ? `, ${seconds} s left` : `, ${Math.round(seconds / 60)} min left`;
}
