import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { checkNewFile, checkOutFile } from "../../../src/cli/output/out-file.js";
import { prepareOutFolder } from "../../../src/cli/output/out-folder.js";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "optimbench-"));
});
afterEach(() => rmSync(root, { recursive: true }));

it("accepts new and existing files, also in missing folders, and leaves nothing behind", async () => {
  writeFileSync(join(root, "old"), "old");
  symlinkSync("old", join(root, "link"));
  symlinkSync("new", join(root, "link to nothing"));
  const before = readdirSync(root);
  for (const name of ["new", "a/b/new", "old", "link", "link to nothing"])
    await checkOutFile(join(root, name), "--out");
  await checkOutFile("/dev/null", "--out");
  expect(readdirSync(root)).toEqual(before);
});

it("reports why a file cannot be written, and the option to choose another", async () => {
  mkdirSync(join(root, "folder"));
  writeFileSync(join(root, "file"), "");
  const cases: [string, string | RegExp][] = [
    [join(root, "folder"), "it is a folder"],
    [join(root, "new/"), "it is a folder"],
    [join(root, "file", "sub", "x"), /a part of its path is not a folder/],
    ["/proc/nope", /no such file or folder|permission denied/],
    ["/proc/nope/deeper/file", /no such file or folder|permission denied/],
  ];
  for (const [path, reason] of cases) {
    const error = await checkOutFile(path, "--save").catch((thrown) => thrown);
    expect(error).toMatchObject({ name: "OptimbenchError", code: "FILE" });
    expect(error.message).toMatch(reason);
    expect(error.message).toMatch(/^Cannot write \/.*\. Choose another file with --save\.$/);
  }
});

it("replaces a valuable file only with --overwrite", async () => {
  const [model, link, empty] = ["model", "link", "empty"].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(model, "weights");
  symlinkSync("model", link);
  writeFileSync(empty, "");
  for (const file of [model, link]) {
    await expect(checkNewFile(file, "--save")).rejects.toMatchObject({
      code: "FILE",
      message: `${file} already exists. Choose another file with --save, or replace it with --overwrite.`,
    });
    await checkNewFile(file, "--save", { overwrite: true });
  }
  for (const file of [empty, join(root, "new"), "/dev/null"]) await checkNewFile(file, "--save");
  await expect(checkNewFile(root, "--save", { overwrite: true })).rejects.toThrow("it is a folder");
});

it("rejects an empty name, such as of an unset variable, before the work", async () => {
  await expect(checkOutFile("", "--save")).rejects.toMatchObject({
    code: "CONFIG",
    message: 'Expected a file name for --save, got "".',
  });
  await expect(prepareOutFolder("")).rejects.toMatchObject({
    code: "CONFIG",
    message: 'Expected a folder name for --out, got "".',
  });
});
