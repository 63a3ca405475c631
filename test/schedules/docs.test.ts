import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { earlyStoppingSchema } from "../../src/config/early-stopping.js";
import { SCHEDULES } from "../../src/schedules/schedules.js";
import { packageRoot } from "../../src/system/package-root.js";

const page = readFileSync(join(packageRoot, "docs", "schedules.md"), "utf8");
const rows = new Map(
  page
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => line.split("|").map((cell) => cell.trim()))
    .map((cells) => [cells[1]!.replaceAll("`", ""), cells] as const),
);
const settingsOf = (schema: z.ZodType) =>
  Object.entries(z.toJSONSchema(schema, { io: "input" }).properties ?? {}) as [
    string,
    { default?: unknown },
  ][];

describe("docs/schedules.md", () => {
  it.each(Object.entries(SCHEDULES))("has the settings and defaults of %s", (name, schema) => {
    const settings = settingsOf(schema).filter(
      ([key]) => !["name", "warmUpEpochs", "warmUpFrom"].includes(key),
    );
    const listed = rows.get(name)![3]!;
    expect([...listed.matchAll(/`(\w+)`/g)].map(([, key]) => key).sort()).toEqual(
      settings.map(([key]) => key).sort(),
    );
    for (const [key, { default: byDefault }] of settings)
      if (byDefault !== undefined) expect(listed).toContain(`\`${key}\` ${byDefault}`);
  });

  it.each(settingsOf(earlyStoppingSchema))(
    "has early stopping's %s and its default",
    (key, { default: byDefault }) => {
      expect(rows.get(key)![3]!.replaceAll("`", "")).toBe(String(byDefault ?? "none"));
    },
  );
});
