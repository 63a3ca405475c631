import { styleText } from "node:util";
import Table from "cli-table3";
import type { Study } from "../study.js";
import { resultCells } from "./result-cells.js";

/**
 * The study's table for a terminal, with what must be known to read it.
 *
 * @param colors whether the best row is in colour; by default where standard output is a terminal that shows colours
 */
export function resultTable(
  study: Study,
  colors = process.stdout.isTTY && process.stdout.hasColors(),
): string {
  const { head, rows, best, numeric, notes } = resultCells(study);
  const table = new Table({
    head: [...head],
    colAligns: numeric.map((is) => (is ? "right" : "left")),
    chars: { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" },
    style: { head: [], border: [], compact: true },
  });
  const highlight = (cell: string) => (colors ? styleText(["bold", "green"], cell) : cell);
  for (const [i, row] of rows.entries()) table.push(row.map(best.has(i) ? highlight : (cell) => cell));
  return [table.toString(), ...notes].join("\n");
}
