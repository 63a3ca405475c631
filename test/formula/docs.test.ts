import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { FUNCTIONS } from "../../src/formula/functions.js";
import { packageRoot } from "../../src/system/package-root.js";

it("docs/formulas.md lists every function, and no other", () => {
  const page = readFileSync(join(packageRoot, "docs", "formulas.md"), "utf8");
  const rows = page.split("\n").filter((line) => line.startsWith("| `"));
  const listed = rows.flatMap((row) =>
    [...row.split("|")[1]!.matchAll(/`(\w+)\(/g)].map(([, name]) => name!),
  );
  expect(listed.sort()).toEqual(Object.keys(FUNCTIONS).sort());
});
