import { mkdir, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { writeFileAtomically } from "../src/write-file.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "optimbench-write-"));
});

test("writes, overwrites and makes folders, and leaves nothing else behind", async () => {
  const path = join(folder, "a", "b", "file.txt");
  await writeFileAtomically(path, "first, and longer");
  await writeFileAtomically(path, "second");
  expect(await readFile(path, "utf8")).toBe("second");
  expect(await readdir(join(folder, "a", "b"))).toEqual(["file.txt"]);
});

test("what cannot be replaced stays as it was, without a temporary file beside it", async () => {
  const path = join(folder, "taken");
  await mkdir(path);
  await writeFile(join(path, "inside"), "kept");
  await expect(writeFileAtomically(path, "data")).rejects.toMatchObject({
    name: "OptimbenchError",
    code: "DATA",
  });
  expect(await readdir(folder)).toEqual(["taken"]);
  expect(await readFile(join(path, "inside"), "utf8")).toBe("kept");
});

test("a folder that cannot be made is named with the reason", async () => {
  await writeFile(join(folder, "file"), "");
  const path = join(folder, "file", "study.json");
  await expect(writeFileAtomically(path, "data")).rejects.toThrow(
    new RegExp(`^Cannot write ${path}: .*(ENOTDIR|EEXIST).*Choose a folder that can be written to`),
  );
});
