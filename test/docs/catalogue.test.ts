import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { catalogueSvg } from "../../scripts/docs/catalogue-figures.mjs";
import { catalogue, cataloguePages, figurePath } from "../../scripts/docs/catalogue-pages.mjs";
import { LOSSES } from "../../src/losses/losses.js";
import { OPTIMIZERS } from "../../src/optimizers/optimizers.js";
import { packageRoot } from "../../src/system/package-root.js";

const docs = join(packageRoot, "docs");
const entries = catalogue();
const pages = cataloguePages(entries);
const goldenFiles = new Set(
  readdirSync(join(packageRoot, "test", "golden"), { recursive: true, encoding: "utf8" }).map(
    (file) => file.split("/").at(-1)!,
  ),
);

it("explains every entry of the tables", () => {
  expect(entries.map(({ name }) => name)).toEqual([...Object.keys(OPTIMIZERS), ...Object.keys(LOSSES)]);
});

describe.each(entries)("$kind $name", (entry) => {
  const { kind, name, definitions } = entry;
  const page = pages.get(`catalogue/${name}.md`)!;

  it("has a golden file for each source", () => {
    const wanted = definitions.map(({ source }) => `${source}-${name}.json`);
    expect(wanted.filter((file) => !goldenFiles.has(file))).toEqual([]);
  });

  it("has a page with an example, and a small figure (`npm run docs` writes them)", () => {
    expect(page).toContain(`npx optimbench train --${kind} ${name} `);
    const figure = join(docs, figurePath(entry));
    expect(existsSync(figure)).toBe(true);
    expect(statSync(figure).size).toBeLessThan(40_000);
    expect(readFileSync(figure, "utf8")).toMatch(/^<svg .*<\/svg>$/s);
  });

  it("describes each hyperparameter", () => {
    for (const { meaning, range, defaults } of entry.hyperparameters) {
      expect(meaning).not.toBe("");
      expect(range).not.toBe("");
      expect(defaults).not.toEqual({});
    }
  });
});

it.each([...pages.keys()])("docs/%s is what `npm run docs` writes", (path) => {
  expect(readFileSync(join(docs, path), "utf8")).toBe(pages.get(path));
});

// Only the fast ones: drawing an optimizer's path first searches for its best learning rate.
const QUICK = ["sgd", "scheduleFreeSgd", "lion", "adagrad", ...Object.keys(LOSSES)];

it.each(entries.filter(({ name }) => QUICK.includes(name)))(
  "the figure of $name is what `npm run docs` draws, whatever was drawn before it",
  async (entry) => {
    const drawn = await catalogueSvg(entry);
    const kept = readFileSync(join(docs, figurePath(entry)), "utf8");
    const NUMBER = /-?\d+(\.\d+)?(e-?\d+)?/g;
    expect(kept.replace(NUMBER, "0")).toBe(drawn.replace(NUMBER, "0"));
    const others = kept.match(NUMBER)!.map(Number);
    const furthest = Math.max(
      ...drawn.match(NUMBER)!.map((number, i) => Math.abs(Number(number) - others[i]!)),
    );
    expect(furthest).toBeLessThan(0.15); // pixels; processors round differently
  },
);

it("has no page or figure of a removed entry", () => {
  const files = readdirSync(join(docs, "catalogue"), { recursive: true, encoding: "utf8" }).filter((file) =>
    /\.(md|svg)$/.test(file),
  );
  const wanted = entries.flatMap(({ name }) => [`${name}.md`, join("images", `${name}.svg`)]);
  expect(files.sort()).toEqual(wanted.sort());
});
