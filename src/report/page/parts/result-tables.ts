import type { Result } from "../../results/results.js";
import type { ResultCells } from "../../tables/result-cells.js";
import type { Html } from "../html.js";
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

/** A table for each task, with the columns that fit its rows. */
export function resultTables(
  { tasks, results, rows, best }: ResultCells,
  caption: string,
  columnsFor: (rows: readonly ResultRow[]) => readonly TableColumn<ResultRow>[],
): Html[] {
  const all = new Map(
    results.map((result, i) => [result, { result, cells: rows[i]!, isBest: best.has(i) } as ResultRow]),
  );
  return tasks.map(({ name, items }) => {
    const ofTask = items.map((result) => all.get(result)!);
    return table({
      caption: name === undefined ? caption : `${caption}: ${name.title}`,
      className: "main",
      columns: columnsFor(ofTask),
      rows: ofTask,
      rowClass: ({ isBest }) => (isBest ? "best" : undefined),
    });
  });
}
