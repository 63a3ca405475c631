import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { encodeEvent, type ScalarEvent, versionEvent } from "../../../src/report/tensorboard/event.js";
import { eventFiles } from "../../../src/report/tensorboard/event-files.js";
import { crc32c, record } from "../../../src/report/tensorboard/record.js";
import { packageRoot } from "../../../src/system/package-root.js";
import { exampleStudy, STUDIES } from "../example-studies.js";

const GOLDEN = join(packageRoot, "test", "golden", "event_files");

interface Golden {
  readonly started: number;
  readonly events: readonly ScalarEvent[];
  /** What TensorBoard reads. */
  readonly read: Readonly<Record<string, readonly { wallTime: number; step: number; value: number }[]>>;
}
const { started, events, read } = JSON.parse(readFileSync(join(GOLDEN, "events.json"), "utf8")) as Golden;

it("writes the same bytes as TensorBoard's encoder", () => {
  const written = [versionEvent(started), ...events.map(encodeEvent)].map(record);
  expect(Buffer.concat(written)).toEqual(readFileSync(join(GOLDEN, "events.tfevents")));
});

it("TensorBoard reads from these bytes what was written", () => {
  for (const { wallTime, step, scalars } of events)
    for (const [tag, value] of Object.entries(scalars))
      expect(read[tag]).toContainEqual({ wallTime, step, value: Math.fround(value) });
});

it("has the checksums of RFC 3720", () => {
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
});

it("has a file per run, which starts when the run started", () => {
  const files = [...eventFiles(exampleStudy([{ optimizer: "adam" }, { optimizer: "sgd", seed: 3 }]))];
  expect(files.map(({ path }) => path.replace(/\d{5,}/, "TIME"))).toEqual([
    "adam/seed-0/events.out.tfevents.TIME.optimbench",
    "sgd/seed-3/events.out.tfevents.TIME.optimbench",
  ]);
});

it("has the metrics of every epoch and of the test images, for every kind of study", () => {
  for (const study of Object.values(STUDIES)) {
    const files = [...eventFiles(study)];
    expect(new Set(files.map(({ path }) => path)).size).toBe(study.runs.length);
    for (const { path, data } of files) {
      expect(path).toMatch(/^[a-z0-9-]+\/seed-\d+(-\d+)?\/events\.out\.tfevents\.\d+\.optimbench$/);
      expect(lengths(data)).toBeGreaterThanOrEqual(1);
    }
  }
  const [run] = STUDIES.oneRun.runs;
  const { data } = [...eventFiles(STUDIES.oneRun)][0]!;
  expect(lengths(data)).toBe(1 + run!.history.length + (run!.test === undefined ? 0 : 1));
});

/** The number of records, whose checksums must be right. */
function lengths(data: Uint8Array): number {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let count = 0;
  for (let at = 0; at < data.length; count++) {
    const length = Number(view.getBigUint64(at, true));
    expect(data.subarray(at, at + 16 + length)).toEqual(
      Buffer.from(record(data.subarray(at + 12, at + 12 + length))),
    );
    at += 16 + length;
  }
  return count;
}
