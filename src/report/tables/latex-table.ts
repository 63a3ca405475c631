import type { Study } from "../../study/study.js";
import { resultCells } from "./result-cells.js";

/** The study's table in LaTeX, with question and answer as its caption and the notes below. The rows of the best arms are bold. */
export function latexTable(study: Study): string {
  const { conclusion, columns, rows, best, notes } = resultCells(study);
  const { question, answer } = conclusion;
  const line = (cells: readonly string[]) => `    ${cells.join(" & ")} \\\\`;
  const body = rows.map((row, i) => {
    const cells = row.map(literal);
    return line(best.has(i) ? cells.map((cell) => `\\textbf{${cell}}`) : cells);
  });
  return [
    "% Requires \\usepackage{booktabs}.",
    "\\begin{table}",
    "  \\centering",
    `  \\caption{${literal(`${question} ${answer}`)}}`,
    `  \\begin{tabular}{${columns.map(({ right }) => (right ? "r" : "l")).join("")}}`,
    "    \\toprule",
    line(columns.map(({ title }) => literal(title))),
    "    \\midrule",
    ...body,
    "    \\bottomrule",
    "  \\end{tabular}",
    ...(notes.length === 0 ? [] : ["", "  \\smallskip", "  \\footnotesize"]),
    ...notes.flatMap((note) => [`  ${literal(note)}`, ""]),
    "\\end{table}",
    "",
  ].join("\n");
}

/**
 * Text as LaTeX shows it, since names come from users. Characters that pdfLaTeX lacks are given as their code points, such as
 * U+2207. Brackets and asterisks are in braces, because they would be arguments after a line break.
 */
export const literal = (text: string): string =>
  [...text].map((character) => LITERALS[character] ?? plain(character)).join("");

/** ASCII and the letters of European languages, apart from control characters. */
const PLAIN = /^[ -~\u00c0-\u00ff]$/;

const plain = (character: string) =>
  PLAIN.test(character)
    ? character
    : `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`;

const LITERALS: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}",
  "{": "\\{",
  "}": "\\}",
  $: "\\$",
  "&": "\\&",
  "#": "\\#",
  "%": "\\%",
  _: "\\_",
  "^": "\\textasciicircum{}",
  "~": "\\textasciitilde{}",
  "<": "\\textless{}",
  ">": "\\textgreater{}",
  "|": "\\textbar{}",
  "`": "\\textasciigrave{}",
  '"': "''",
  "[": "{[}",
  "]": "{]}",
  "*": "{*}",
  "±": "$\\pm$",
  "×": "$\\times$",
  "÷": "$\\div$",
  "–": "--",
  "—": "---",
  "−": "$-$",
  "…": "\\ldots{}",
  "\n": " ",
};
