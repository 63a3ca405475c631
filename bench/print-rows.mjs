import { plainTable } from "../dist/report/tables/plain-table.js";
import { ROW_HEAD, rowCells } from "./row-text.mjs";

/** Prints a record's rows as a table. */
export function printRows(rows) {
  console.log(
    plainTable(
      ROW_HEAD.map((title) => ({ title })),
      rows.map(rowCells),
    ),
  );
}
