import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { expect, it } from "vitest";
import { showReading } from "../../../src/cli/progress/read-progress.js";
import type { ReadProgress } from "../../../src/data/watch.js";

function reading(isTTY: boolean, quiet = false) {
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 100 }) as unknown as NodeJS.WriteStream;
  let [text, time] = ["", 0];
  stream.on("data", (chunk) => {
    text += chunk;
  });
  const { onRead, stop } = showReading({ quiet, stream, now: () => time });
  const at = (milliseconds: number, progress: Partial<ReadProgress>) => {
    time = milliseconds;
    onRead({ path: "pets\u001b", unit: "images", done: 1, total: 1234, ...progress });
  };
  return { at, stop, text: () => stripVTControlCharacters(text) };
}

it("says nothing about quick work, and writes a line every few seconds elsewhere than on a terminal", () => {
  const { at, text } = reading(false);
  at(999, { done: 1 });
  expect(text()).toBe("");
  at(1000, { done: 10 });
  at(5999, { done: 20 });
  at(6000, { done: 1030 });
  at(11_000, { path: "a.csv", unit: "bytes", done: 1.26e6, total: 9.9e6 });
  expect(text()).toBe(
    "reading pets\\u001b: 10 of 1,234 images\nreading pets\\u001b: 1,030 of 1,234 images\nreading a.csv: 1.3 of 9.9 MB\n",
  );
});

it("draws a bar on a terminal", () => {
  const { at, text, stop } = reading(true);
  at(10, { done: 1 });
  expect(text()).toBe("");
  at(1000, { done: 617 });
  stop();
  expect(text()).toMatch(/reading pets\\u001b =+-+ 617 of 1,234 images/);
});

it("prints nothing if quiet", () => {
  const { at, text, stop } = reading(true, true);
  at(10_000, {});
  stop();
  expect(text()).toBe("");
});
