import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { packageRoot } from "../../src/system/package-root.js";

const page = readFileSync(join(packageRoot, "docs", "reliability.md"), "utf8");
const named = (pattern: RegExp) => [...new Set([...page.matchAll(pattern)].map(([, name]) => name!))];

it("names only tests, scripts and commands that exist", () => {
  const tests = named(/`([\w/-]+\.test\.ts)`/g).map((name) => join("test", name));
  const scripts = named(/`node (scripts\/[\w-]+\.mjs)`/g);
  expect(tests.length).toBeGreaterThan(10);
  expect([...tests, ...scripts].filter((path) => !existsSync(join(packageRoot, path)))).toEqual([]);
  const commands = named(/`npm run ([\w:-]+)`/g);
  const known = Object.keys(JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")).scripts);
  expect(commands.filter((name) => !known.includes(name))).toEqual([]);
});
