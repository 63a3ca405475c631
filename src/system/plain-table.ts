import { styleText } from "node:util";
import Table from "cli-table3";
import { escapeControls } from "./escape-controls.js";
import { wrapText } from "./wrap-text.js";

/** The head of a column. */
export interface Heading {
  readonly title: string;
  /** Whether it is aligned to the right, as numbers are. */
  readonly right?: boolean;
  /** On a narrow terminal, columns with the highest number are omitted first and listed below. Others are never omitted. */
  readonly dispensable?: number;
  /** Whether to wrap this column last, at any character. Default: the widest text column is wrapped between words. */
  readonly path?: boolean;
}

const PLAIN_WIDTH = 80;

/**
 * The width of the terminal: of standard output, or as COLUMNS says. Otherwise 80 columns, which fit everywhere. A terminal whose size
 * nobody set, such as that of `script`, has 0 columns.
 */
export function terminalWidth(): number {
  const said = Number(process.env.COLUMNS);
  return process.stdout.columns || (Number.isInteger(said) && said > 0 ? said : PLAIN_WIDTH);
}

type Rows = readonly (readonly string[])[];

/**
 * Formats a table for a terminal. If it is too wide, wraps the headings of numbers, then omits columns, then wraps the texts of
 * one column, because a table is unreadable if the terminal wraps its lines.
 *
 * @param width columns of the terminal. Default: the terminal's.
 * @param coloured the numbers of the rows that stand out. Default: none.
 */
export function plainTable(
  head: readonly Heading[],
  rows: Rows,
  width: number = terminalWidth(),
  coloured: ReadonlySet<number> = new Set(),
): string {
  const plain = draw(head, rows, coloured);
  if (widthOf(plain) <= width) return plain;
  const stacked = head.map((each) =>
    each.right ? { ...each, title: each.title.replaceAll(" ", "\n") } : each,
  );
  const byNeed = head
    .map((_, i) => i)
    .filter((i) => head[i]!.dispensable !== undefined)
    .sort((a, b) => head[b]!.dispensable! - head[a]!.dispensable!);
  const without = (count: number, excess = 0) => {
    const hidden = new Set(byNeed.slice(0, count));
    const kept = <Item>(items: readonly Item[]) => items.filter((_, i) => !hidden.has(i));
    return draw(kept(stacked), rows.map(kept), coloured, excess);
  };
  let count = 0;
  while (widthOf(without(count)) > width && count < byNeed.length) count++;
  const table = without(count, Math.max(0, widthOf(without(count)) - width));
  const hidden = byNeed.slice(0, count).map((i) => head[i]!.title);
  return hidden.length === 0
    ? table
    : `${table}\n${wrapText(`Columns omitted to fit ${width} characters: ${hidden.join("; ")}.`, width)}`;
}

/** @param excess by how many characters it must be narrower than its texts */
function draw(head: readonly Heading[], rows: Rows, coloured: ReadonlySet<number>, excess = 0): string {
  const table = (colWidths: number[] = [], anywhere = false) => {
    const drawn = new Table({
      head: head.map(({ title }) => title),
      colAligns: head.map(({ right }) => (right ? "right" : "left")),
      chars: { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" },
      style: { head: [], border: [], compact: true },
      colWidths,
      wordWrap: true,
      wrapOnWordBoundary: !anywhere,
    });
    for (const [i, row] of rows.entries()) {
      const cells = row.map(escapeControls); // before lines are measured and wrapped
      drawn.push(coloured.has(i) ? cells.map((cell) => styleText(["bold", "green"], cell)) : cells);
    }
    return drawn.toString();
  };
  const natural = table();
  if (excess === 0) return natural;
  const widths = natural
    .slice(1, widthOf(natural) - 1)
    .split("┬")
    .map(({ length }) => length);
  const isText = (i: number) => head[i]!.right !== true;
  const widest =
    widths
      .map((_, i) => i)
      .filter(isText)
      .sort((a, b) => widths[b]! - widths[a]!)[0] ?? 0;
  const path = head.findIndex((each) => each.path);
  const yielding = path < 0 ? widest : path;
  const narrowed: number[] = [];
  narrowed[yielding] = Math.max(NARROWEST, widths[yielding]! - excess);
  return table(narrowed, path >= 0);
}

/** The least width of a column, including margins. */
const NARROWEST = 12;

/** The width of a table, from its upper edge, which has no double-width characters. */
const widthOf = (table: string) => table.indexOf("\n");
