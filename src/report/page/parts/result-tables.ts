import { integerText } from "../../../validation/count-text.js";
import type { Result } from "../../results/results.js";
import type { ResultCells } from "../../tables/result-cells.js";
import { type Html, html } from "../html.js";
import { folded } from "./folded.js";
import { type TableColumn, table } from "./table.js";

/** The row of an arm. */
export interface ResultRow {
  readonly result: Result;
  readonly cells: readonly string[];
  readonly isBest: boolean;
}

/** The columns of a part of the study's table. */
export const columnsOf = (
  { columns }: ResultCells,
  wanted: ResultCells["columns"][number]["part"],
): TableColumn<ResultRow>[] =>
  columns.flatMap(({ title, right, part }, i) =>
    part === wanted
      ? [{ title, isNumber: right === true, isHead: i === nameOf(columns), cell: ({ cells }) => cells[i]! }]
      : [],
  );

/** The place of the column that names arms. */
export const nameOf = (columns: ResultCells["columns"]): number =>
  columns.findIndex(({ title }) => title !== "rank");

/** More rows would make the page slow. */
const MOST_ROWS = 500;

/**
 * A table for each task, with the columns that fit its rows.
 *
 * @param folds what a long table is about, if it opens on a click
 */
export function resultTables(
  { tasks, results, rows, best }: ResultCells,
  caption: string,
  columnsFor: (rows: readonly ResultRow[]) => readonly TableColumn<ResultRow>[],
  folds?: string,
): Html[] {
  const all = new Map(
    results.map((result, i) => [result, { result, cells: rows[i]!, isBest: best.has(i) } as ResultRow]),
  );
  return tasks.map(({ name, items }) => {
    const ofTask = items.slice(0, MOST_ROWS).map((result) => all.get(result)!);
    const drawn = table({
      caption: name === undefined ? caption : `${caption}: ${name.title}`,
      className: "main",
      columns: columnsFor(ofTask),
      rows: ofTask,
      rowClass: ({ isBest }) => (isBest ? "best" : undefined),
    });
    const shown = folds === undefined ? drawn : folded(`${folds} of`, ofTask, drawn);
    return items.length <= MOST_ROWS
      ? shown
      : html`${shown}<p class="note">The ${MOST_ROWS} best of ${integerText(items.length)} arms are shown; table.md has all.</p>\n`;
  });
}
