import { plainTable } from "../dist/report/tables/plain-table.js";
import { ROW_HEAD, rowCells } from "./row-text.mjs";

/** A record's rows as a table on the terminal. */
export function printRows(rows) {
  console.log(
    plainTable(
      ROW_HEAD.map((title) => ({ title })),
      rows.map(rowCells),
    ),
  );
}
