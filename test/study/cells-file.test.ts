import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Line } from "../../src/study/cell-lines.js";
import { CellsFile } from "../../src/study/cells-file.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "optimbench-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The file takes any line. */
const line = (key: string) => ({ cell: { key, record: { status: "completed" } } }) as unknown as Line;
const keysOf = (lines: readonly Line[]) => lines.map((each) => ("cell" in each ? each.cell.key : ""));

it("reads while it appends, without losing its place", async () => {
  const [one, other] = [new CellsFile(folder), new CellsFile(folder)];
  await one.append(() => [line("first")]);
  const keys = Array.from({ length: 40 }, (_, i) => `cell ${i}`);
  const read: string[] = [];
  let isDone = false;
  const reading = Array.from({ length: 4 }, async () => {
    while (!isDone) {
      read.push(...keysOf(await one.readNew()));
      await setImmediate();
    }
  });
  for (const [i, key] of keys.entries())
    await (i % 4 === 0 ? other : one).append((added) => {
      if (i % 4 > 0) read.push(...keysOf(added));
      return [line(key)];
    });
  isDone = true;
  await Promise.all(reading);
  read.push(...keysOf(await one.readNew()));
  expect(read).toEqual(keys.filter((_, i) => i % 4 === 0));
  expect(keysOf(await new CellsFile(folder).readNew())).toEqual(["first", ...keys]);
});
