import { SingleBar } from "cli-progress";
import type { DownloadProgress } from "../../system/download.js";
import { escapeControls } from "../../system/escape-controls.js";

/** A bar per file on a terminal, one line per file otherwise, nothing if `quiet`. Like all progress, it goes to stderr. */
export function showDownload({
  quiet,
  stream = process.stderr,
}: {
  quiet: boolean;
  stream?: NodeJS.WriteStream;
}): { onProgress(progress: DownloadProgress): void; stop(): void } {
  if (quiet) return { onProgress() {}, stop() {} };
  let current: string | undefined;
  if (!stream.isTTY)
    return {
      onProgress({ file, totalBytes }) {
        if (file === current) return;
        current = file;
        stream.write(
          `downloading ${escapeControls(file)}${totalBytes === undefined ? "" : ` (${megabytes(totalBytes)} MB)`}\n`,
        );
      },
      stop() {},
    };

  const bar = new SingleBar({
    stream,
    format: "{file} {bar} {received} / {size} MB",
    barsize: 24,
    hideCursor: true,
    // The command handles Ctrl-C: it ends the download, which stops the bar.
    gracefulExit: false,
  });
  return {
    onProgress({ file, receivedBytes, totalBytes }) {
      const parts = {
        file: escapeControls(file),
        received: megabytes(receivedBytes),
        size: totalBytes === undefined ? "?" : megabytes(totalBytes),
      };
      if (file !== current) {
        bar.stop();
        current = file;
        bar.start(totalBytes ?? receivedBytes, receivedBytes, parts);
      }
      bar.update(receivedBytes, parts);
      if (receivedBytes === totalBytes) bar.stop(); // a line that is printed next must not be in it
    },
    stop: () => bar.stop(),
  };
}

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
