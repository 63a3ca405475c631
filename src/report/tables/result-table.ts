import { styleText } from "node:util";
import type { Study } from "../../study/study.js";
import { integerText } from "../../validation/count-text.js";
import { conclude } from "../results/conclusion.js";
import { wrapText } from "../text/wrap-text.js";
import { plainTable, terminalWidth } from "./plain-table.js";
import { resultCells } from "./result-cells.js";

/** The most rows on a terminal. */
const MOST_ROWS = 50;

interface TerminalOptions {
  /** Whether the best rows are coloured. Default: whether standard output is a terminal with colours. */
  readonly colors?: boolean;
  /** Columns of the terminal. Default: those of standard output; infinite if it is not a terminal. */
  readonly width?: number;
}

/** The study's question and its table for a terminal, with notes. */
export function resultTable(
  study: Study,
  {
    colors = process.stdout.isTTY && process.stdout.hasColors(),
    width = terminalWidth(),
  }: TerminalOptions = {},
): string {
  const { columns, rows, best, bestFirst, notes } = resultCells(study);
  const listed = new Set(bestFirst.slice(0, MOST_ROWS));
  const highlight = (cell: string) => (colors ? styleText(["bold", "green"], cell) : cell);
  const cells = rows.flatMap((row, i) => {
    if (!listed.has(i)) return [];
    return [best.has(i) ? row.map(highlight) : row];
  });
  const more =
    listed.size < rows.length
      ? [`The ${listed.size} best of ${integerText(rows.length)} arms are shown; table.md has all.`]
      : [];
  return [
    wrapText(conclude(study).question, width),
    plainTable(columns, cells, width),
    ...[...more, ...notes].map((note) => wrapText(note, width)),
  ].join("\n");
}
