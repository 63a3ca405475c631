import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkStudy } from "../../src/checks/check-study.js";
import { drawSvg } from "../../src/report/charts/draw.js";
import { studyCharts } from "../../src/report/charts/study-charts.js";
import { taskCharts } from "../../src/report/charts/task-charts.js";
import { reportPage } from "../../src/report/page/page.js";
import { sideBySide } from "../../src/report/results/side-by-side.js";
import { epochsCsv } from "../../src/report/tables/epochs-csv.js";
import { latexTable } from "../../src/report/tables/latex-table.js";
import { markdownTable } from "../../src/report/tables/markdown-table.js";
import { resultTable } from "../../src/report/tables/result-table.js";
import { runsCsv } from "../../src/report/tables/runs-csv.js";
import { sideBySideTable } from "../../src/report/tables/side-by-side-table.js";
import { eventFiles } from "../../src/report/tensorboard/event-files.js";
import type { Study } from "../../src/study/study.js";
import { escapeControls } from "../../src/system/escape-controls.js";
import { exampleStudy } from "./example-studies.js";

/** Parts of names that a reader of an output could interpret. */
const PARTS = [
  ..."<>&\"'`|*_~#=+-@$%\\{}[]()^!:;/,. \n\r\t\0\u001b\u0085\u2028\u202e\u2066\ufeff\ud800",
  ..."ab1é∇",
  ...[
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</script>",
    "<!--",
    "]]>",
    "&lt;",
    "&#60;",
  ],
  ...[
    "[x](javascript:alert(1))",
    "![x](y)",
    "https://e.vil/",
    "www.e.vil",
    "\n# x",
    "\n\n---\n",
    "~~~",
    "- ",
  ],
  ...["=1+1", "@SUM(1)", "\t=1", "+cmd|' /C calc'!A0", "=HYPERLINK(0)", "＝1"],
  ...["\\input{x}", "\\write18{x}", "$x^2$", "\\\\", "% x", "\\end{table}", "^^5c"],
  ...["\u001b[31m", "\u001b]8;;x\u0007", "\u009b2J", "../x", "C:\\x", "CON", "{{x}}", "${x}", "datum.x"],
];
const name = fc
  .array(fc.oneof(fc.constantFrom(...PARTS), fc.string({ maxLength: 3, unit: "binary" })), {
    minLength: 1,
    maxLength: 6,
  })
  .map((parts) => parts.join(""));

/** A study in which everything that is a text, and some keys, come from others. */
function studyNamed(...names: readonly [string, string, string, string, string]): Study {
  const [one, other, loss, dataset, rest] = names;
  const study = exampleStudy([
    { optimizer: one, label: other, loss, dataset, model: rest, epochs: 2 },
    { optimizer: "adam", loss, dataset, model: one, epochs: 2 },
    { optimizer: "adam", label: rest, loss: "huber", dataset: "digits", epochs: 2, status: "diverged" },
  ]);
  const runs = study.runs.map((run, i) => ({
    ...run,
    config: {
      ...run.config,
      [rest]: i === 0 ? rest : one,
      name: i === 0 ? other : undefined,
      schedule: { ...run.config.schedule, name: i === 0 ? rest : "constant" },
    },
  }));
  const environment = Object.fromEntries(
    Object.entries(study.environment).map(([key, value]) => [
      key,
      typeof value === "string" && key !== "kernels" ? rest : value, // kernels are of a list
    ]),
  );
  return { ...study, createdAt: rest, environment, runs } as unknown as Study;
}

const plain = studyNamed("one", "other", "loss", "data", "rest");

const forAll = (check: (study: Study) => unknown, numRuns = 60) =>
  fc.assert(
    fc.asyncProperty(fc.tuple(name, name, name, name, name), async (names) => {
      await check(studyNamed(...names));
    }),
    { numRuns },
  );

// biome-ignore lint/suspicious/noControlCharactersInRegex: they must not be in any output
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/;

/** The beginning of anything that HTML or XML would interpret. */
const TAG = /<\/?[a-z!?][a-z0-9]*/gi;

const unique = (text: string, pattern: RegExp) => [...new Set(text.match(pattern) ?? [])].sort();

describe("no name in a study", () => {
  it("reaches a terminal as more than text", () =>
    forAll(async (study) => {
      const texts = [
        resultTable(study),
        sideBySideTable(sideBySide([{ name: study.createdAt, study }])),
        ...(await checkStudy(study)).map(({ found }) => found),
      ];
      for (const text of texts) expect(escapeControls(text)).not.toMatch(CONTROL);
    }));

  it("is markup in table.md", () =>
    forAll((study) => {
      const text = markdownTable(study);
      expect(text).not.toMatch(CONTROL);
      const bare = text.replaceAll(/\\[\\`*_[\]|~:/.#<>&+=)-]/g, "x").replaceAll(/&(amp|lt);/g, "x");
      expect(bare).not.toMatch(/[<`~[\]&\\]|:\/\/|\bwww\./);
      expect(bare).not.toMatch(/^ *(#|>|[-+*] |\d+[.)] |===|---)/m);
      for (const table of bare.split("\n\n").filter((part) => part.startsWith("|")))
        expect(new Set(table.split("\n").map((row) => row.split("|").length)).size).toBe(1);
      expect(bare.split("\n\n").length).toBeGreaterThanOrEqual(3);
    }));

  it("is a command in table.tex", () =>
    forAll((study) => {
      const text = latexTable(study);
      expect(text).not.toMatch(CONTROL);
      const commands = unique(latexTable(plain), /\\[a-zA-Z]+/g);
      const symbols = /^\\(text(backslash|ascii\w+|less|greater|bar|bf)|ldots|pm|times|div)$/;
      expect(
        unique(text, /\\[a-zA-Z]+/g).filter((each) => !commands.includes(each) && !symbols.test(each)),
      ).toEqual([]);
      const bare = text.replaceAll(/\\[{}$&#%_]/g, "").replaceAll(/\$(\\\w+|-)\$/g, "");
      expect(bare).not.toMatch(/[$#_^~]/);
      expect(bare.split("{").length).toBe(bare.split("}").length);
      expect(
        bare
          .split("\n")
          .filter((line) => line.includes("%"))
          .every((line) => /^% Requires|%$/.test(line)),
      ).toBe(true);
    }));

  it("is a formula in a CSV file", () =>
    forAll((study) => {
      for (const csv of [runsCsv(study), epochsCsv(study)]) {
        const text = [...csv].join("");
        expect(text).not.toMatch(CONTROL);
        const [head, ...rows] = parse(text) as string[][];
        for (const row of [head!, ...rows]) {
          expect(row).toHaveLength(head!.length);
          for (const cell of row) expect(cell).not.toMatch(/^\s*([=+@＝＋＠]|[-－](?![\d.]))/);
        }
      }
    }));

  it("is an element, an attribute or a script in index.html", async () => {
    const tags = unique(reportPage(plain), TAG);
    const scripts = reportPage(plain).match(/<script/gi)!.length; // also those with data, one for each group of curves
    await forAll((study) => {
      const text = reportPage(study);
      expect(text).not.toMatch(CONTROL);
      expect(text.match(/<script/gi)!.length).toBeLessThanOrEqual(scripts);
      expect(unique(text, TAG).filter((tag) => !tags.includes(tag))).toEqual([]);
      const markup = text.replaceAll(/(<(script|style)\b[^>]*>).*?(<\/\2>)/gs, "$1$3");
      for (const [tag] of markup.matchAll(/<[a-z][^>]*>/gi))
        expect(tag).toMatch(/^<[a-z][a-z0-9]*(\s+[\w:-]+(="[^"<>]*")?)*\s*\/?>$/i);
    }, 20);
  });

  it("is an expression or an address in a chart's spec", () =>
    forAll((study) => {
      const keys = (value: unknown): string[] =>
        typeof value === "object" && value !== null
          ? [...(Array.isArray(value) ? [] : Object.keys(value)), ...Object.values(value).flatMap(keys)]
          : [];
      const strings = (value: unknown, at = ""): string[] =>
        typeof value === "string"
          ? [`${at}: ${value}`]
          : typeof value === "object" && value !== null
            ? Object.entries(value).flatMap(([key, inner]) => strings(inner, key))
            : [];
      const charts = (of: Study) => [...studyCharts(of), ...taskCharts(of)].map(({ spec }) => spec);
      const known = new Set(keys(charts(plain)));
      expect(keys(charts(study)).filter((key) => !known.has(key))).toEqual([]);
      const ofCode = /^(field|labelExpr|expr|signal|calculate|filter|test|url|href|format|as|groupby): /;
      const code = (of: Study) => strings(charts(of)).filter((each) => ofCode.test(each));
      const knownCode = code(plain);
      expect(code(study).filter((each) => !knownCode.includes(each))).toEqual([]);
    }, 10));

  it("is an element in a figure", async () => {
    const study = studyNamed(
      ...(Array(5).fill(PARTS.join("").slice(0, 400)) as [string, string, string, string, string]),
    );
    for (const { spec } of studyCharts(study).slice(0, 2)) {
      const svg = await drawSvg(spec);
      expect(svg).not.toMatch(CONTROL);
      expect(
        unique(svg, TAG).filter(
          (tag) => !/^<\/?(svg|g|path|text|defs|clipPath|rect|line|tspan|linearGradient|stop)$/.test(tag),
        ),
      ).toEqual([]);
    }
  });

  it("is a folder outside of TensorBoard's", () =>
    forAll((study) => {
      for (const { path } of eventFiles({ ...study, runs: study.runs }))
        expect(path).toMatch(/^[\p{L}\p{N}._-]+\/seed-\d+(-\d+)?\/events\.out\.tfevents\.\S+\.optimbench$/u);
    }));
});
