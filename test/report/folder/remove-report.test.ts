import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { removeReport } from "../../../src/report/folder/remove-report.js";
import { writeReport } from "../../../src/report/folder/write-report.js";
import { bands } from "../../small-task.js";
import { exampleStudy } from "../example-studies.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "optimbench-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const files = () => readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();

test("removes all files of a report, and no others", async () => {
  const dataset = await bands();
  await writeReport(exampleStudy([{ optimizer: "adam", epochs: 1 }]), folder, { dataset, tensorboard: true });
  expect(files()).toContainEqual(
    expect.stringMatching(/^tensorboard\/adam\/seed-0\/events\.out\.tfevents\.\d+\.optimbench$/),
  );
  expect(files().length).toBeGreaterThan(10);
  await removeReport(folder);
  expect(files()).toEqual([]);

  await writeReport(exampleStudy([{ optimizer: "adam", epochs: 1 }]), folder, { dataset });
  for (const name of ["study.json", "notes.txt", "figures/mine.svg"]) writeFileSync(join(folder, name), "");
  await removeReport(folder);
  expect(files()).toEqual(["figures", "figures/mine.svg", "notes.txt", "study.json"]);
});

test("happens before another report is written", async () => {
  await writeReport(exampleStudy([{ optimizer: "lion", epochs: 1 }]), folder);
  const written = await writeReport(exampleStudy([{ optimizer: "adam", epochs: 1 }]), folder);
  expect(files()).toEqual(["figures", ...written.map((path) => path.slice(folder.length + 1))].sort());
});

test("reports why it failed", async () => {
  mkdirSync(join(folder, "index.html"));
  await expect(removeReport(folder)).rejects.toMatchObject({
    code: "FILE",
    message: `Cannot remove ${join(folder, "index.html")} from the earlier report: it is a folder.`,
  });
});

test("ignores a path that is not a folder", async () => {
  writeFileSync(join(folder, "file"), "");
  await removeReport(join(folder, "file"));
  await removeReport(join(folder, "missing"));
  expect(files()).toEqual(["file"]);
});
