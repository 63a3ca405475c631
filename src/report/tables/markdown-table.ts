import type { Study } from "../../study/study.js";
import { conclude } from "../results/conclusion.js";
import { resultCells } from "./result-cells.js";

/** The study's question and its table in Markdown, with notes; the best row is bold. */
export function markdownTable(study: Study): string {
  const { columns, rows, best, notes } = resultCells(study);
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const head = columns.map(({ title }) => title);
  const align = columns.map(({ right }) => (right ? "---:" : "---"));
  const body = rows.map((row, i) => {
    const cells = row.map(literal);
    return line(best.has(i) ? cells.map((cell) => `**${cell}**`) : cells);
  });
  const { question } = conclude(study);
  return `${literal(question)}\n\n${[line(head), line(align), ...body].join("\n")}\n${notes.map((note) => `\n${literal(note)}\n`).join("")}`;
}

/** Escapes Markdown and HTML, since names come from users. */
const literal = (text: string) =>
  text
    .replace(/[\\`*_[\]|~]/g, "\\$&")
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;");
