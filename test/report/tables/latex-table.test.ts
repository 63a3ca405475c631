import fc from "fast-check";
import { expect, test } from "vitest";
import { latexTable, literal } from "../../../src/report/tables/latex-table.js";
import { HOSTILE, STUDIES } from "../example-studies.js";
import { studyOf } from "../outcome-study.js";
import { tunedStudy } from "../tuned-study.js";

/** The floats of a table, each with the alignment of its columns and the cells of its heading and rows. */
const floatsOf = (tex: string) =>
  [...tex.matchAll(/\\begin\{table\}.*?\\end\{table\}/gs)].map(([float]) => {
    const [, alignment, content] = /\\begin\{tabular\}\{([lr]+)\}(.*?)\\end\{tabular\}/s.exec(float)!;
    const lines = content!.split("\n").filter((line) => line.endsWith(" \\\\"));
    const rows = lines.map((line) => line.replaceAll("\\&", "and").slice(0, -3).trim().split(" & "));
    return { float, alignment: alignment!, rows };
  });

test("has a row per arm, the best in bold, and question and answer as caption", () => {
  const table = latexTable(studyOf({ sgd: Array(6).fill(0.8), adam: [0.9, 0.91, 0.92, 0.9, 0.91, 0.9] }));
  expect(table).toContain(
    "\\caption{Which optimizer learns mnist-10k best with default settings? adam is better than sgd: ",
  );
  expect(table).toMatch(/^% Requires \\usepackage\{booktabs,graphicx\}\.\n\\begin\{table\}\n/);
  const [results, costs] = floatsOf(table);
  expect(results!.alignment).toMatch(/^rlrrr?$/);
  expect(results!.rows).toHaveLength(1 + 2);
  expect(results!.float.match(/\\textbf\{(adam|sgd)\}/g)).toEqual(["\\textbf{adam}"]);
  expect(results!.float).toMatch(/\d\.\d+ \$\\pm\$ \d\.\d+/);
  expect(costs!.rows.map(([name]) => name)).toEqual(["optimizer", "\\textbf{adam}", "sgd"]);
});

test("is divided like the page, so that no part is much wider than the text, and is scaled down to it", () => {
  const study = STUDIES.fourOptimizers;
  const table = latexTable({ ...study, config: { ...study.config, targets: [0.9, 0.95] } });
  const floats = floatsOf(table);
  expect(
    floats.map(({ rows }) => rows[0]!.map((cell) => cell.replace(/\\shortstack\[r\]\{(.*)\}/, "$1"))),
  ).toEqual([
    ["rank", "optimizer", "learning \\\\ rate", "validation \\\\ accuracy", "test accuracy", "seeds"],
    ["optimizer", "validation loss", "training, s", "step, \\\\ ms"],
    ["optimizer", "to \\\\ 0.9, s", "to \\\\ 0.95, s"],
  ]);
  for (const { float } of floats)
    expect(float).toContain("\\resizebox{\\ifdim\\width>\\linewidth\\linewidth\\else\\width\\fi}{!}{%");
});

test("has the caveats, also those that limit what the results mean", () => {
  const table = latexTable(STUDIES.endedEarly);
  expect(table).toContain("Diverged runs count as an accuracy of 0: sgd (1 of 2), adagrad (2 of 2).");
  expect(table).toContain("Incomplete: 11 of 12 runs finished.");
});

test("fits a page, however many arms there are", () => {
  const table = latexTable(tunedStudy(60, 1));
  const [results] = floatsOf(table);
  expect(results!.rows).toHaveLength(1 + 36);
  expect(table).toContain("The 36 first of 60 rows are shown; table.md has all.");
  expect(results!.float.split("\n").length).toBeLessThan(36 + 30);
});

test("has the methods of a study over several tasks", () => {
  const methods = floatsOf(latexTable(STUDIES.twoDatasets)).at(-1)!;
  expect(methods.float).toContain("\\caption{Methods over 2 tasks, by mean rank.}");
  expect(
    methods.rows
      .slice(1)
      .map(([label]) => label)
      .sort(),
  ).toEqual(["adagrad", "adam", "rmsprop", "sgd"]);
});

/** The commands that stand for characters. */
const COMMANDS =
  /\\(?:textbackslash|textasciicircum|textasciitilde|textless|textgreater|textbar|textasciigrave|ldots)\{\}|\\[{}$&#%_]|\$(?:\\pm|\\times|\\div|-)\$|\{[[\]*]\}|\{\}(?=-)/g;

test("text is never a command, whatever it contains", () => {
  const text = fc.string({
    unit: fc.oneof(fc.constantFrom(...'\\{}$&#%_^~<>|`"[]*-±\n\r\t\0'), fc.string()),
  });
  fc.assert(
    fc.property(text, (each) => {
      expect(literal(each).replaceAll(COMMANDS, "")).toMatch(/^[^\\{}$&#%_^~<>|`"[\]*\p{Cc}]*$/u);
    }),
  );
});

test("shows letters as they are, and other characters by their code points", () => {
  expect(literal("Zürich 50% & [x]")).toBe("Zürich 50\\% \\& {[}x{]}");
  expect(literal("∇θ 🎉")).toBe("U+2207U+03B8 U+1F389");
});

test("shows letters that some fonts lack by their code points, and two hyphens not as a dash", () => {
  expect(literal("ÐÞðþ")).toBe("U+00D0U+00DEU+00F0U+00FE");
  expect(literal("--seeds ---")).toBe("-{}-seeds -{}-{}-");
});

test("has balanced braces and complete rows with hostile names", () => {
  for (const study of [...Object.values(STUDIES), tunedStudy(17)]) {
    const table = latexTable(study);
    expect(table).not.toContain(HOSTILE);
    const plain = table.replaceAll(/\\[{}]/g, "");
    expect(plain.split("{").length).toBe(plain.split("}").length);
    const floats = floatsOf(table);
    expect(floats.length).toBeGreaterThan(0);
    for (const { alignment, rows } of floats)
      for (const row of rows) expect(row).toHaveLength(alignment.length);
  }
});
