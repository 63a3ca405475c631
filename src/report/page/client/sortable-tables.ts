/** Turns the headers of tables into buttons that sort: numbers from the highest down, text from A to Z, and then the reverse. */
export function sortableTables(): void {
  for (const table of document.querySelectorAll<HTMLTableElement>("table.sortable"))
    for (const header of table.querySelectorAll<HTMLTableCellElement>("th[data-sortable]")) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...header.childNodes);
      header.append(button);
      button.addEventListener("click", () => sort(table, header));
    }
}

function sort(table: HTMLTableElement, header: HTMLTableCellElement): void {
  const first = header.classList.contains("number") ? "descending" : "ascending";
  const reverse = first === "ascending" ? "descending" : "ascending";
  const order = header.ariaSort === first ? reverse : first;
  for (const each of table.tHead!.rows[0]!.cells) each.ariaSort = null;
  header.ariaSort = order;
  const place = header.cellIndex;
  const body = table.tBodies[0]!;
  const sign = order === "ascending" ? 1 : -1;
  const rows = [...body.rows].map((row) => ({ row, key: keyOf(row.cells[place]!) }));
  const hasNumbers = header.classList.contains("number");
  rows.sort((a, b) =>
    hasNumbers
      ? numbersInOrder(a.key, b.key, sign)
      : sign * a.key.localeCompare(b.key, "en", { numeric: true }),
  );
  body.append(...rows.map(({ row }) => row));
}

const keyOf = (cell: HTMLTableCellElement) => cell.dataset.sort ?? cell.textContent;

/** Cells without a number come last in either order. */
function numbersInOrder(a: string, b: string, sign: number): number {
  const [x, y] = [Number.parseFloat(a), Number.parseFloat(b)];
  if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
  return sign * (x - y);
}
