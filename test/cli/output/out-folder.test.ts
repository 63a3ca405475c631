import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { prepareCopyFolder } from "../../../src/cli/output/out-folder.js";
import { temporaryName } from "../../../src/system/temporary-file.js";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "optimbench-"));
});
afterEach(() => rmSync(root, { recursive: true }));

it("creates a folder, and accepts an empty one, and one with a study if it may be replaced", async () => {
  const folder = join(root, "a", "b");
  await prepareCopyFolder(folder);
  expect(existsSync(folder)).toBe(true);
  await prepareCopyFolder(folder);
  writeFileSync(join(folder, "study.json"), "{}");
  writeFileSync(join(folder, "other.txt"), "");
  await expect(prepareCopyFolder(folder)).rejects.toMatchObject({
    code: "FILE",
    message: `${folder} already contains a study. Choose another folder with --out, or replace the study and its report with --overwrite.`,
  });
  await prepareCopyFolder(folder, { overwrite: true });
  expect(readdirSync(folder).sort()).toEqual(["other.txt", "study.json"]);
});

it("accepts a folder that contains only files of killed processes, and removes them", async () => {
  const folder = join(root, "out");
  mkdirSync(folder);
  const name = temporaryName();
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  const left = name.replace(`-${process.pid}-`, `-${pid}-`);
  writeFileSync(join(folder, left), "half a study");
  mkdirSync(join(folder, name)); // of a living process
  await prepareCopyFolder(folder);
  expect(readdirSync(folder)).toEqual([name]);
});

it("leaves folders with other content unchanged", async () => {
  const folder = join(root, "theirs");
  mkdirSync(folder);
  writeFileSync(join(folder, "thesis.txt"), "");
  await expect(prepareCopyFolder(folder)).rejects.toMatchObject({
    code: "FILE",
    message: `${folder} is not empty and has no study.json, so it is not a report to replace. Choose another folder with --out.`,
  });
});

it("reports why a folder cannot be created", async () => {
  writeFileSync(join(root, "file"), "");
  await expect(prepareCopyFolder(join(root, "file"))).rejects.toMatchObject({
    code: "FILE",
    message: expect.stringMatching(/^Cannot write to .*file: .* Choose another folder with --out\.$/),
  });
});

// Nobody can write there, not even root.
it.each(["/proc/self/task", "/proc/nope", "/proc/nope/deeper"])(
  "reports immediately that %s is not writable",
  (path) =>
    expect(prepareCopyFolder(path)).rejects.toMatchObject({
      code: "FILE",
      message: expect.stringMatching(/^Cannot write to \/proc\/[\w/]+: /),
    }),
);
