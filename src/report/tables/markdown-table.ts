import type { Study } from "../../study/study.js";
import { resultCells } from "./result-cells.js";

/** The study's question and answer, its table and notes in Markdown. The rows of the best arms are bold. */
export function markdownTable(study: Study): string {
  const { conclusion, columns, rows, best, notes } = resultCells(study);
  const { question, answer, caveats } = conclusion;
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const head = columns.map(({ title }) => title);
  const align = columns.map(({ right }) => (right ? "---:" : "---"));
  const body = rows.map((row, i) => {
    const cells = row.map(literal);
    return line(best.has(i) ? cells.map((cell) => `**${cell}**`) : cells);
  });
  const table = [line(head), line(align), ...body].join("\n");
  return `${[...[question, answer].map(literal), table, ...[...caveats, ...notes].map(literal)].join("\n\n")}\n`;
}

/** Escapes Markdown and HTML, since names come from users. */
const literal = (text: string) =>
  text
    .replace(/[\\`*_[\]|~]/g, "\\$&")
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;");
