import { SingleBar } from "cli-progress";
import type { BenchProgress } from "../../bench/bench.js";
import { benchLabel } from "../../report/text/bench-label.js";
import { escapeControls } from "../../system/escape-controls.js";

/** Shows the progress of a benchmark. */
interface BenchProgressDisplay {
  onProgress(progress: BenchProgress): void;
  /** Removes the bar. */
  stop(): void;
}

/** A bar on a terminal, one line per measurement otherwise, nothing if `quiet`. */
export function showBenchProgress({
  quiet,
  stream = process.stderr,
}: {
  readonly quiet: boolean;
  readonly stream?: NodeJS.WriteStream;
}): BenchProgressDisplay {
  if (!quiet && stream.isTTY) return bar(stream);
  return {
    onProgress(progress) {
      if (!quiet)
        stream.write(`${progress.number}/${progress.count} ${escapeControls(benchLabel(progress))}\n`);
    },
    stop() {},
  };
}

function bar(stream: NodeJS.WriteStream): BenchProgressDisplay {
  const single = new SingleBar({
    stream,
    format: "{bar} {value}/{total} {label}",
    barsize: 24,
    hideCursor: true,
    clearOnComplete: true,
  });
  return {
    onProgress(progress) {
      const label = escapeControls(benchLabel(progress));
      if (single.isActive) single.update(progress.number, { label });
      else single.start(progress.count, progress.number, { label });
    },
    stop: () => single.stop(),
  };
}
