import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";
import { packageRoot } from "../../src/system/package-root.js";

it("docs/answer.md and the README have the numbers of the studies in docs/answer", () => {
  const script = join(packageRoot, "scripts/answer/page.mjs");
  const { status, stderr } = spawnSync(process.execPath, [script, "--check"], { encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});
