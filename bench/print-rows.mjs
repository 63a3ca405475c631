import { plainTable } from "../dist/system/plain-table.js";
import { ROW_HEAD, rowCells } from "./row-text.mjs";
import { suiteTables } from "./suite-tables.mjs";

/** Prints a record's rows as tables. */
export function printRows(rows) {
  for (const { title, head, cells } of suiteTables(rows)) {
    console.log(`${title}:`);
    console.log(
      plainTable(
        head.map((each, i) => ({ title: each, right: i > 0 })),
        cells.map((row) => row.map((cell) => cell.replaceAll("`", ""))),
      ),
    );
  }
  const others = rows.filter(({ model }) => model === undefined);
  if (others.length > 0)
    console.log(
      plainTable(
        ROW_HEAD.map((title) => ({ title })),
        others.map(rowCells),
      ),
    );
}
