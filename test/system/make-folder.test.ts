import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeFolder } from "../../src/system/make-folder.js";
import { packageRoot } from "../../src/system/package-root.js";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "optimbench-"));
});
afterEach(() => rmSync(root, { recursive: true }));

test("creates all missing folders", () => {
  const path = join(root, "a", "b", "c");
  makeFolder(path);
  makeFolder(path);
  expect(statSync(path).isDirectory()).toBe(true);
  const beside = relative(process.cwd(), join(root, "d", "e"));
  makeFolder(`${beside}/../f/`);
  expect(statSync(join(root, "d", "f")).isDirectory()).toBe(true);
});

test("follows links", () => {
  mkdirSync(join(root, "far"));
  symlinkSync("far", join(root, "link"));
  makeFolder(join(root, "link", "new"));
  expect(statSync(join(root, "far", "new")).isDirectory()).toBe(true);
});

// Node's recursive mkdir never returns there.
test.runIf(process.platform === "linux")("fails immediately if a file system cannot create folders", () => {
  for (const path of ["/proc/nope", "/proc/nope/deeper/still"])
    expect(() => makeFolder(path)).toThrow(/^ENOENT: .*'\/proc\/nope'$/);
});

test("fails if a file or a broken link is in the way", () => {
  writeFileSync(join(root, "file"), "");
  symlinkSync("nowhere", join(root, "link"));
  expect(() => makeFolder(join(root, "file"))).toThrow("EEXIST");
  expect(() => makeFolder(join(root, "file", "sub"))).toThrow("ENOTDIR");
  expect(() => makeFolder(join(root, "link", "sub"))).toThrow("EEXIST");
  expect(() => makeFolder(join(root, `${"a/".repeat(5000)}b`))).toThrow("ENAMETOOLONG");
  expect(() => makeFolder(join(root, "a".repeat(256)))).toThrow("ENAMETOOLONG");
});

test("is used for all folders", () => {
  const source = join(packageRoot, "src");
  const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".ts"),
  );
  const others = files.filter((name) =>
    /mkdir(Sync)?\([^;]*recursive: true/.test(readFileSync(join(source, name), "utf8")),
  );
  expect(others).toEqual([]);
});
