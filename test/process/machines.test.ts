import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { lineText, parseLines } from "../../src/study/cell-lines.js";
import type { Study } from "../../src/study/study.js";
import { packageRoot } from "../../src/system/package-root.js";

const folder = mkdtempSync(join(tmpdir(), "optimbench-"));
afterAll(() => rmSync(folder, { recursive: true }));

function optimbench(...line: string[]) {
  const main = join(packageRoot, "dist", "cli", "main.js");
  const { status: code, stdout } = spawnSync(process.execPath, [main, ...line], {
    cwd: folder,
    encoding: "utf8",
  });
  return { code, stdout };
}

it("parts of a study that two machines trained are merged to one whose times are not compared, which check names with exit code 1", async () => {
  const line = ["--dataset", "digits", "--model", "mlp", "--optimizers", "adam,sgd", "--epochs", "1"];
  for (const part of ["1", "2"]) {
    const parted = ["--seeds", "2", "--shard", `${part}/2`, "--out", `part-${part}`];
    expect(optimbench("compare", ...line, ...parted)).toMatchObject({ code: 0 });
  }
  const path = join(folder, "part-2", "cells.jsonl");
  const { lines } = await parseLines(readFileSync(path), path);
  const moved = lines.map((each) =>
    "cell" in each ? { cell: { ...each.cell, host: "secret-host", boot: "another" } } : each,
  );
  writeFileSync(path, moved.map(lineText).join(""));
  expect(optimbench("merge", "part-1", "part-2", "--out", "merged")).toMatchObject({ code: 0 });
  const study = JSON.parse(readFileSync(join(folder, "merged", "study.json"), "utf8")) as Study;
  expect(study.runs.map(({ machine }) => machine).toSorted()).toEqual([1, 1, 2, 2]);
  expect(study.machines).toHaveLength(2);
  expect(JSON.stringify(study)).not.toContain("secret-host");

  const shown = optimbench("report", "merged");
  const sentence = /2 machines, none of which|on machine \d of 2/;
  expect(shown.stdout.replace(/\s+/g, " ")).toMatch(sentence);
  expect(readFileSync(join(folder, "merged", "table.md"), "utf8")).toMatch(sentence);
  const { code, stdout } = optimbench("check", "merged", "--json");
  expect(code).toBe(1);
  expect(JSON.parse(stdout).result).toContainEqual(
    expect.objectContaining({
      check: "several-machines",
      level: "note",
      found: expect.stringMatching(sentence),
    }),
  );
});
