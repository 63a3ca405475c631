import { plainTable, terminalWidth } from "../../system/plain-table.js";
import { wrapText } from "../../system/wrap-text.js";
import type { SideBySide } from "../results/side-by-side.js";

/** Studies side by side for a terminal. */
export function sideBySideTable(
  { questions, differences, notes, columns, rows }: SideBySide,
  width = terminalWidth(),
): string {
  const head = columns.map((column, i) => ({ ...column, right: i > 0 }));
  const lines = [...differences, ...notes].map((each) => wrapText(each, width));
  return [...questions.map((each) => wrapText(each, width)), plainTable(head, rows, width), ...lines].join(
    "\n",
  );
}
