import { mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type NamedStudy, writeSideBySide } from "../../../src/index.js";
import { exampleStudy, FOUR } from "../example-studies.js";

const named: NamedStudy[] = [
  { name: "before", study: exampleStudy(FOUR) },
  { name: "after", study: exampleStudy(FOUR.slice(0, 2)) },
];
const newFolder = () => mkdtemp(join(tmpdir(), "optimbench-side-by-side-"));

test("writes a page with the columns of each study, and keeps other files", async () => {
  const folder = await newFolder();
  await writeFile(join(folder, "index.html"), "old");
  await writeFile(join(folder, "notes.txt"), "mine");
  expect(await writeSideBySide(named, folder)).toEqual([join(folder, "index.html")]);
  const page = await readFile(join(folder, "index.html"), "utf8");
  for (const column of ["before: validation accuracy", "after: validation accuracy"])
    expect(page).toContain(column);
  expect(page).toContain("<li>`optimizers` has");
  expect((await readdir(folder)).sort()).toEqual(["index.html", "notes.txt"]);
});

test("creates the folder", async () => {
  const folder = join(await newFolder(), "new", "folder");
  expect(await writeSideBySide(named, folder)).toEqual([join(folder, "index.html")]);
});

test.each([
  [[named[0]], /at least 2 .*`studies`/],
  [[named[0], { study: named[1]!.study }], /`studies\[1\]\.name`/],
  [[named[0], { name: "after", study: { runs: [] } }], /`studies\[1\]\.study\.schemaVersion`/],
  [named[0]!.study, /`studies`/],
  [undefined, /studies/],
])("rejects %# before anything is written", async (given, message) => {
  const folder = await newFolder();
  const rejected = expect(writeSideBySide(given as never, folder)).rejects;
  await rejected.toThrow(message);
  await expect(writeSideBySide(given as never, folder)).rejects.toHaveProperty("code", "CONFIG");
  expect(await readdir(folder)).toEqual([]);
});
