import type { Study } from "../../study/study.js";
import type { Heading } from "../../system/plain-table.js";
import { integerText } from "../../validation/count-text.js";
import type { Verdicts } from "../../verdicts/verdicts.js";
import { costsTitle, resultCells } from "./result-cells.js";
import { taskCells } from "./task-cells.js";

/** The most rows that fit a page. */
const MOST_ROWS = 36;

/**
 * The study's tables in LaTeX: the results, with question and answer as their caption and the notes below; losses and times; times
 * to targets; and the methods over several tasks. The rows of the best arms are bold.
 */
export function latexTable(study: Study, verdicts?: Verdicts): string {
  const cells = resultCells(study, verdicts);
  const { conclusion, results, columns, rows, best, notes, targetNotes } = cells;
  const { question, answer, caveats } = conclusion;
  const tasks = taskCells(study);
  const name = columns.find(({ right }) => right !== true)!;
  const labels = results.map(({ arm }) => arm.label);
  const part = (wanted: (typeof columns)[number]["part"], caption: string, notesBelow: readonly string[]) => {
    const places = columns.flatMap((column, i) => (column.part === wanted ? [i] : []));
    const isFirst = wanted === undefined;
    return places.length === 0
      ? []
      : floatOf({
          caption,
          columns: [...(isFirst ? [] : [name]), ...places.map((i) => columns[i]!)],
          rows: rows.map((row, r) => [...(isFirst ? [] : [labels[r]!]), ...places.map((i) => row[i]!)]),
          best,
          notes: notesBelow,
        });
  };
  return [
    "% Requires \\usepackage{booktabs,graphicx}.",
    ...part(undefined, `${sentence(question)} ${answer}`, [...caveats, ...notes]),
    ...part("costs", `${costsTitle(cells)} at the end of training.`, []),
    ...part("targets", "Times to targets of validation accuracy.", targetNotes),
    ...(tasks === undefined ? [] : floatOf({ ...tasks, caption: sentence(tasks.caption) })),
    "",
  ].join("\n");
}

const sentence = (text: string) => (/[.?!]$/.test(text) ? text : `${text}.`);

interface Float {
  readonly caption: string;
  readonly columns: readonly Heading[];
  readonly rows: readonly (readonly string[])[];
  readonly notes: readonly string[];
  readonly best?: ReadonlySet<number>;
}

/** A table that is scaled down if it is wider than the text. */
function floatOf({ caption, columns, rows, notes, best = new Set() }: Float): string[] {
  const line = (cells: readonly string[]) => `      ${cells.join(" & ")} \\\\`;
  const body = rows.slice(0, MOST_ROWS).map((row, i) => {
    const cells = row.map(literal);
    return line(best.has(i) ? cells.map((cell) => `\\textbf{${cell}}`) : cells);
  });
  const below = [
    ...(rows.length > MOST_ROWS
      ? [`The ${MOST_ROWS} first of ${integerText(rows.length)} rows are shown; table.md has all.`]
      : []),
    ...notes,
  ];
  return [
    "\\begin{table}",
    "  \\centering",
    `  \\caption{${literal(caption)}}`,
    "  \\footnotesize",
    "  \\resizebox{\\ifdim\\width>\\linewidth\\linewidth\\else\\width\\fi}{!}{%",
    `    \\begin{tabular}{${columns.map(({ right }) => (right ? "r" : "l")).join("")}}`,
    "      \\toprule",
    line(
      columns.map((column, i) =>
        heading(
          column,
          rows.map((row) => row[i]!),
        ),
      ),
    ),
    "      \\midrule",
    ...body,
    "      \\bottomrule",
    "    \\end{tabular}}",
    ...(below.length === 0 ? [] : ["", "  \\medskip", "  \\raggedright"]),
    ...below.flatMap((note) => [`  ${literal(note)}`, ""]),
    "\\end{table}",
  ];
}

/** A heading on two lines if it is wider than the numbers below. */
function heading({ title, right }: Heading, cells: readonly string[]): string {
  const widest = Math.max(...cells.map(({ length }) => length));
  const middle = title.length / 2;
  const spaces = [...title.matchAll(/ /g)].map(({ index }) => index);
  const [space] = spaces.sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle));
  if (!right || title.length <= widest || space === undefined) return literal(title);
  return `\\shortstack[r]{${literal(title.slice(0, space))} \\\\ ${literal(title.slice(space + 1))}}`;
}

/**
 * Text as LaTeX shows it, since names come from users. Characters that pdfLaTeX lacks are given as their code points, such as
 * U+2207. Brackets and asterisks are in braces, because they would be arguments after a line break; hyphens are apart, because two
 * would be a dash.
 */
export const literal = (text: string): string =>
  [...text]
    .map((each, i, all) => (each === "-" && all[i - 1] === "-" ? "{}-" : (LITERALS[each] ?? plain(each))))
    .join("");

/** ASCII and the letters of European languages that most fonts have, apart from control characters. */
const PLAIN = /^[ -~\u00c0-\u00ff]$/;
const ICELANDIC = /^[ÐÞðþ]$/;

const plain = (character: string) =>
  PLAIN.test(character) && !ICELANDIC.test(character)
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
