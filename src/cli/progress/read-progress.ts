import { SingleBar } from "cli-progress";
import type { ReadProgress } from "../../data/watch.js";
import { escapeControls } from "../../system/escape-controls.js";
import { integerText } from "../../validation/count-text.js";

/** Milliseconds before anything is shown, so that quick work stays silent, and between lines. */
const [SOON, PAUSE] = [1000, 5000];

/**
 * Shows the reading of images: on a terminal a bar, elsewhere a line every few seconds, nothing if `quiet`. Like all progress, it
 * goes to stderr.
 */
export function showReading({
  quiet = false,
  stream = process.stderr,
  now = () => performance.now(),
}: {
  quiet?: boolean;
  stream?: NodeJS.WriteStream;
  now?: () => number;
} = {}): { onRead(progress: ReadProgress): void; stop(): void } {
  if (quiet) return { onRead() {}, stop() {} };
  // The process may end on Ctrl-C while the bar is shown, so the cursor stays visible.
  const bar = new SingleBar({
    stream,
    format: "reading {path} {bar} {text}",
    barsize: 24,
    clearOnComplete: true,
    gracefulExit: false,
  });
  const start = now();
  let next = start + SOON;
  return {
    onRead({ path, unit, done, total }) {
      if (now() < next) return;
      const text = counts[unit](done, total);
      const parts = { path: escapeControls(path), text };
      if (!stream.isTTY) {
        stream.write(`reading ${parts.path}: ${text}\n`);
        next = now() + PAUSE;
      } else if (bar.isActive && bar.getTotal() === total) bar.update(done, parts);
      else {
        bar.stop();
        bar.start(total, done, parts);
      }
    },
    stop: () => bar.stop(),
  };
}

const of = (done: string, total: string, unit: string) => `${done} of ${total} ${unit}`;
const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);

const counts: Readonly<Record<ReadProgress["unit"], (done: number, total: number) => string>> = {
  headers: (done, total) => of(integerText(done), integerText(total), "headers"),
  images: (done, total) => of(integerText(done), integerText(total), "images"),
  bytes: (done, total) => of(megabytes(done), megabytes(total), "MB"),
};
