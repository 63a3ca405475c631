import { styleText } from "node:util";
import Table from "cli-table3";
import type { Study } from "../study.js";
import { resultCells } from "./result-cells.js";

/** The study's table for a terminal, with what must be known to read it; in colour where standard output is one. */
export function resultTable(study: Study): string {
  const { head, rows, best, numeric, notes } = resultCells(study);
  const table = new Table({
    head: [...head],
    colAligns: numeric.map((is) => (is ? "right" : "left")),
    chars: { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" },
    style: { head: [], border: [], compact: true },
  });
  for (const [i, row] of rows.entries())
    table.push(i === best ? row.map((cell) => styleText(["bold", "green"], cell)) : [...row]);
  return [table.toString(), ...notes].join("\n");
}
