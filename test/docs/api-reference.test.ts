import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { apiReference } from "../../scripts/docs/api-reference.mjs";
import { packageRoot } from "../../src/system/package-root.js";

const folder = join(packageRoot, "docs", "api");
// Fails if an export has no docstring, a link has no target, or a mentioned type is not exported.
const pages = await apiReference();
const texts = [...pages].map(([name, text]) => ({ name, text }));

it.each(texts)("docs/api/$name is what `npm run docs:types` writes", ({ name, text }) => {
  expect(readFileSync(join(folder, name), "utf8")).toBe(text);
});

it("docs/api contains no other page", () => {
  expect(readdirSync(folder).sort()).toEqual([...pages.keys()].sort());
});

it.each(texts)("no path, commit or host of the machine gets into docs/api/$name", ({ text }) => {
  expect(text).not.toContain(packageRoot);
  expect(text).not.toMatch(/\bsrc\/.*#L\d|[0-9a-f]{40}|blob\//);
});

it.each(texts)("every link in docs/api/$name leads to a heading", ({ name, text }) => {
  const headingsOf = (page: string) =>
    [...pages.get(page)!.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
      heading!
        .toLowerCase()
        .replaceAll(/[^a-z0-9 -]/g, "")
        .replaceAll(" ", "-"),
    );
  const links = [...text.matchAll(/\]\(([\w-]*\.md)?#([^)]+)\)/g)];
  for (const [, page = name, anchor] of links) {
    const isFirst = headingsOf(page).indexOf(anchor!) === headingsOf(page).lastIndexOf(anchor!);
    expect([page, anchor, isFirst]).toEqual([page, anchor, true]);
    expect(headingsOf(page)).toContain(anchor);
  }
});
