import Table from "cli-table3";

/** A table for a terminal, whose head says by `right` which columns are numbers. */
export function plainTable(
  head: readonly { readonly title: string; readonly right?: boolean }[],
  rows: readonly (readonly string[])[],
): string {
  const table = new Table({
    head: head.map(({ title }) => title),
    colAligns: head.map(({ right }) => (right ? "right" : "left")),
    chars: { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" },
    style: { head: [], border: [], compact: true },
  });
  for (const row of rows) table.push([...row]);
  return table.toString();
}
