import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { expect, it } from "vitest";
import { showDownload } from "../../../src/cli/progress/download-progress.js";

function screen(isTTY: boolean) {
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 100 }) as unknown as NodeJS.WriteStream;
  let text = "";
  stream.on("data", (chunk) => {
    text += chunk;
  });
  return { stream, text: () => text };
}
const MEGABYTE = 1e6;

it("writes one line per file if the output is not a terminal", () => {
  const { stream, text } = screen(false);
  const progress = showDownload({ quiet: false, stream });
  for (const receivedBytes of [1, 2, 3])
    progress.onProgress({ file: "a.gz", receivedBytes, totalBytes: 9.9 * MEGABYTE });
  progress.onProgress({ file: "b.gz", receivedBytes: 1, totalBytes: undefined });
  progress.stop();
  expect(text()).toBe("downloading a.gz (9.9 MB)\ndownloading b.gz\n");
});

it("draws a bar per file on a terminal", () => {
  const { stream, text } = screen(true);
  const progress = showDownload({ quiet: false, stream });
  progress.onProgress({ file: "a.gz", receivedBytes: MEGABYTE, totalBytes: 4 * MEGABYTE });
  progress.onProgress({ file: "a.gz", receivedBytes: 4 * MEGABYTE, totalBytes: 4 * MEGABYTE });
  progress.onProgress({ file: "b.gz", receivedBytes: 2 * MEGABYTE, totalBytes: undefined });
  progress.stop();
  const printed = stripVTControlCharacters(text());
  expect(printed).toMatch(/a\.gz =+-+ 1\.0 \/ 4\.0 MB/);
  expect(printed).toMatch(/a\.gz =+ 4\.0 \/ 4\.0 MB/);
  expect(printed).toMatch(/b\.gz =+ 2\.0 \/ \? MB/);
});

it("prints nothing if quiet", () => {
  const { stream, text } = screen(true);
  const progress = showDownload({ quiet: true, stream });
  progress.onProgress({ file: "a.gz", receivedBytes: 1, totalBytes: 2 });
  progress.stop();
  expect(text()).toBe("");
});
