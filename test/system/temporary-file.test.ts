import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { packageRoot } from "../../src/system/package-root.js";
import { isTemporary, removeLeftovers, temporaryName } from "../../src/system/temporary-file.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "optimbench-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const left = async () => {
  await removeLeftovers(folder);
  return readdirSync(folder);
};

/** Starts a process that has begun to write a file and a folder. */
async function writer(): Promise<ChildProcess> {
  const library = JSON.stringify(
    pathToFileURL(join(packageRoot, "dist", "system", "temporary-file.js")).href,
  );
  const child = spawn(
    process.execPath,
    [
      "--input-type=module",
      "-e",
      `import { mkdirSync, writeFileSync } from "node:fs";
     import { temporaryName } from ${library};
     writeFileSync(temporaryName(), "half a");
     mkdirSync(temporaryName());
     console.log();
     setInterval(() => {}, 1000);`,
    ],
    { cwd: folder },
  );
  await once(child.stdout!, "data");
  return child;
}

test("files of a living process are kept, and those of a killed process are removed", async () => {
  const child = await writer();
  expect(await left()).toHaveLength(2);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(await left()).toEqual([]);
});

test("files of another machine's process are removed after a day", async () => {
  const theirs = temporaryName().replace(/^\.optimbench-\w{8}/, ".optimbench-00000000");
  writeFileSync(join(folder, theirs), "");
  expect(await left()).toEqual([theirs]);
  const yesterday = new Date(Date.now() - 25 * 3600 * 1000);
  utimesSync(join(folder, theirs), yesterday, yesterday);
  expect(await left()).toEqual([]);
});

test("other files are kept, and a missing folder is ignored", async () => {
  const names = [".optimbench-notes", ".study.json.tmp", "optimbench-00000000-1-MQ-00000000"];
  for (const name of names) writeFileSync(join(folder, name), "");
  expect((await left()).sort()).toEqual(names.sort());
  expect(names.some(isTemporary)).toBe(false);
  await removeLeftovers(join(folder, "missing"));
});

test("names are short and unique", () => {
  const names = Array.from({ length: 100 }, temporaryName);
  expect(new Set(names).size).toBe(100);
  expect(Math.max(...names.map((name) => name.length))).toBeLessThan(100);
  expect(names.every(isTemporary)).toBe(true);
});
