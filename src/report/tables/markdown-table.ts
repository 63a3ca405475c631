import type { Study } from "../../study/study.js";
import type { Heading } from "../../system/plain-table.js";
import type { Verdicts } from "../../verdicts/verdicts.js";
import { resultCells } from "./result-cells.js";
import { taskCells } from "./task-cells.js";

/**
 * The study's question and answer, its table and notes in Markdown. The rows of the best arms are bold. A study over several tasks
 * has a second table.
 */
export function markdownTable(study: Study, verdicts?: Verdicts): string {
  const { conclusion, columns, rows, best, notes, targetNotes } = resultCells(study, verdicts);
  const { question, answer, caveats } = conclusion;
  const tasks = taskCells(study);
  const paragraphs = [
    ...[question, answer].map(literal),
    tableOf(columns, rows, best),
    ...[...caveats, ...notes, ...targetNotes].map(literal),
    ...(tasks === undefined
      ? []
      : [`${literal(tasks.caption)}:`, tableOf(tasks.columns, tasks.rows), ...tasks.notes.map(literal)]),
  ];
  return `${paragraphs.join("\n\n")}\n`;
}

function tableOf(
  columns: readonly Heading[],
  rows: readonly (readonly string[])[],
  best: ReadonlySet<number> = new Set(),
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const head = columns.map(({ title }) => title);
  const align = columns.map(({ right }) => (right ? "---:" : "---"));
  const body = rows.map((row, i) => {
    const cells = row.map(literal);
    return line(best.has(i) ? cells.map((cell) => `**${cell}**`) : cells);
  });
  return [line(head), line(align), ...body].join("\n");
}

/** Escapes Markdown and HTML, since names come from users. An address is no link, and the first word of a line no heading or list. */
const literal = (text: string) =>
  text
    .replace(/[\\`*_[\]|~]/g, "\\$&")
    .replace(/:\/\/|\bwww\./gi, (address) => address.replace(/[/.]/g, "\\$&"))
    .replace(/^(\s*)([#>]|[-+=](?=[-+=\s]|$))/gm, "$1\\$2")
    .replace(/^(\s*\d+)([.)])(?=\s|$)/gm, "$1\\$2")
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;");
