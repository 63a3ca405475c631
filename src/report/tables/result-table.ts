import type { Study } from "../../study/study.js";
import { plainTable, terminalWidth } from "../../system/plain-table.js";
import { wrapText } from "../../system/wrap-text.js";
import { integerText } from "../../validation/count-text.js";
import type { Verdicts } from "../../verdicts/verdicts.js";
import { resultCells } from "./result-cells.js";
import { taskCells } from "./task-cells.js";

/** The most rows on a terminal. */
const MOST_ROWS = 50;

interface TerminalOptions {
  /** Whether the best rows are coloured. Default: whether standard output is a terminal with colours. */
  readonly colors?: boolean;
  /** Columns of the terminal. Default: the terminal's. */
  readonly width?: number;
  /** Those of the study, if they are known. */
  readonly verdicts?: Verdicts;
}

/** The study's question and answer, its table and notes for a terminal. */
export function resultTable(
  study: Study,
  {
    colors = process.stdout.isTTY && process.stdout.hasColors(),
    width = terminalWidth(),
    verdicts,
  }: TerminalOptions = {},
): string {
  const { conclusion, columns, rows, best, notes, targetNotes } = resultCells(study, verdicts);
  const { question, answer, caveats } = conclusion;
  const tasks = taskCells(study);
  const more =
    rows.length > MOST_ROWS
      ? [`The ${MOST_ROWS} best of ${integerText(rows.length)} arms are shown; table.md has all.`]
      : [];
  const lines = (texts: readonly string[]) => texts.map((text) => wrapText(text, width));
  return [
    ...lines([question, answer]),
    plainTable(columns, rows.slice(0, MOST_ROWS), width, colors ? best : undefined),
    ...lines([...more, ...caveats, ...notes, ...targetNotes]),
    ...(tasks === undefined
      ? []
      : [
          ...lines([`${tasks.caption}:`]),
          plainTable(tasks.columns, tasks.rows, width),
          ...lines(tasks.notes),
        ]),
  ].join("\n");
}
