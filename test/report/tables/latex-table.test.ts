import fc from "fast-check";
import { expect, test } from "vitest";
import { latexTable, literal } from "../../../src/report/tables/latex-table.js";
import { HOSTILE, STUDIES } from "../example-studies.js";
import { studyOf } from "../outcome-study.js";

test("has a row per arm, the best in bold, and question and answer as caption", () => {
  const table = latexTable(studyOf({ sgd: Array(6).fill(0.8), adam: [0.9, 0.91, 0.92, 0.9, 0.91, 0.9] }));
  expect(table).toContain(
    "\\caption{Which optimizer learns mnist-10k best with default settings? adam is better than sgd: ",
  );
  expect(table).toMatch(/^% Requires \\usepackage\{booktabs\}\.\n\\begin\{table\}\n/);
  expect(table).toContain("\\begin{tabular}{rlrrr");
  expect(table.match(/ \\\\\n/g)).toHaveLength(1 + 2);
  expect(table.match(/\\textbf\{(adam|sgd)\}/g)).toHaveLength(1);
  expect(table).toMatch(/\d\.\d+ \$\\pm\$ \d\.\d+/);
});

/** The commands that stand for characters. */
const COMMANDS =
  /\\(?:textbackslash|textasciicircum|textasciitilde|textless|textgreater|textbar|textasciigrave|ldots)\{\}|\\[{}$&#%_]|\$(?:\\pm|\\times|\\div|-)\$|\{[[\]*]\}/g;

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

test("has balanced braces and complete rows with hostile names", () => {
  for (const study of Object.values(STUDIES)) {
    const table = latexTable(study);
    expect(table).not.toContain(HOSTILE);
    const plain = table.replaceAll(/\\[{}]/g, "");
    expect(plain.split("{").length).toBe(plain.split("}").length);
    const rows = table.split("\n").filter((line) => line.endsWith("\\\\"));
    expect(new Set(rows.map((row) => row.replaceAll("\\&", "").split("&").length)).size).toBe(1);
  }
});
