import { SingleBar } from "cli-progress";

/** A bar on a terminal that shows how much of some work is done, nothing elsewhere. Like all progress, it goes to stderr. */
export function showPart(
  what: string,
  stream: NodeJS.WriteStream = process.stderr,
): { onProgress(done: number, total: number): void; stop(): void } {
  if (!stream.isTTY) return { onProgress() {}, stop() {} };
  // The command's process ends on Ctrl-C, so the bar does not handle it, and the cursor stays visible.
  const options = { stream, format: `${what} {bar} {value} / {total}`, barsize: 24, clearOnComplete: true };
  const bar = new SingleBar({ ...options, gracefulExit: false });
  return {
    onProgress(done, total) {
      if (!bar.isActive) bar.start(total, done);
      bar.update(done);
    },
    stop: () => bar.stop(),
  };
}
