import Table from "cli-table3";

/** The head of a column. */
export interface Heading {
  readonly title: string;
  /** Whether it holds numbers. */
  readonly right?: boolean;
  /** Where a terminal is too narrow, the columns with the highest number go first, and are named below; others stay. */
  readonly dispensable?: number;
}

type Rows = readonly (readonly string[])[];

/**
 * A table for a terminal. One that is too wide gets heads of several lines, then loses columns, then the ends of the first
 * column's texts: lines that a terminal breaks make garbage of a table.
 *
 * @param width columns of the terminal; by default those of standard output, unbounded where it is none
 */
export function plainTable(
  head: readonly Heading[],
  rows: Rows,
  width: number = process.stdout.columns ?? Number.POSITIVE_INFINITY,
): string {
  const plain = draw(head, rows);
  if (widthOf(plain) <= width) return plain;
  const stacked = head.map((each) => ({ ...each, title: each.title.replaceAll(" ", "\n") }));
  const hidden = head
    .map((_, i) => i)
    .filter((i) => head[i]!.dispensable !== undefined)
    .sort((a, b) => head[b]!.dispensable! - head[a]!.dispensable!);
  let count = 0;
  const narrowed = (firstWidth?: number) => {
    const out = new Set(hidden.slice(0, count));
    const kept = <Item>(items: readonly Item[]) => items.filter((_, i) => !out.has(i));
    return draw(kept(stacked), rows.map(kept), firstWidth);
  };
  while (widthOf(narrowed()) > width && count < hidden.length) count++;
  const text = narrowed();
  const first = text.indexOf("┬", 1) - 1;
  const table = widthOf(text) <= width ? text : narrowed(Math.max(8, first - (widthOf(text) - width)));
  const titles = hidden.slice(0, count).map((i) => head[i]!.title);
  return titles.length === 0
    ? table
    : `${table}\nNot shown, because the terminal is too narrow: ${titles.join("; ")}.`;
}

/** @param firstWidth of the first column, whose texts are cut; by default as wide as the longest */
function draw(head: readonly Heading[], rows: Rows, firstWidth?: number): string {
  const table = new Table({
    head: head.map(({ title }) => title),
    colAligns: head.map(({ right }) => (right ? "right" : "left")),
    chars: { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" },
    style: { head: [], border: [], compact: true },
    ...(firstWidth !== undefined && { colWidths: [firstWidth] }),
  });
  for (const row of rows) table.push([...row]);
  return table.toString();
}

/** Of the upper edge, which has no character of two columns' width. */
const widthOf = (table: string) => table.indexOf("\n");
