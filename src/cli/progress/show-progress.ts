import { printNotice } from "../../system/terminal.js";
import type { Progress } from "./progress.js";
import { printLines } from "./progress-lines.js";
import { drawProgress } from "./progress-screen.js";

interface ProgressOptions {
  readonly quiet: boolean;
  /** Whether runs are trained in parallel, so that their times are omitted. Default false. */
  readonly inParallel?: boolean;
  readonly stream?: NodeJS.WriteStream;
}

/** A bar and a table on a terminal, lines otherwise, only notices if `quiet`. It goes to stderr; stdout is for results. */
export function showProgress({
  stream = process.stderr,
  quiet,
  inParallel = false,
}: ProgressOptions): Progress {
  if (quiet) return noProgress;
  return stream.isTTY ? drawProgress(stream) : printLines(stream, inParallel);
}

/** Lines even on a terminal. */
export const printProgress = ({ stream = process.stdout, quiet }: ProgressOptions): Progress =>
  quiet ? noProgress : printLines(stream);

const noProgress: Progress = {
  onPlan() {},
  onEpoch() {},
  onRun() {},
  onSkip() {},
  onNotice: printNotice,
  stop() {},
};
