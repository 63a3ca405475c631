import { type Html, html } from "../html.js";

/** A column of a table of the page. */
export interface TableColumn<Row> {
  readonly title: Html | string;
  readonly cell: (row: Row) => Html | string | number;
  /** Numbers are aligned right, and sorted from the highest down. */
  readonly isNumber?: boolean;
  /** The value to sort by, if the cell does not begin with it. */
  readonly sortBy?: (row: Row) => number | string;
  /** The column that names its row. */
  readonly isHead?: boolean;
  readonly className?: string;
  /** Whether the header sorts the table. Default: true. */
  readonly isSortable?: boolean;
}

interface TableOptions<Row> {
  readonly caption: string;
  readonly columns: readonly TableColumn<Row>[];
  readonly rows: readonly Row[];
  readonly className?: string;
  readonly rowClass?: (row: Row) => string | undefined;
}

/**
 * A table that a click on a header sorts (client/sort-tables.ts). On narrow screens its rows become cards; the roles then keep
 * it a table for screen readers.
 */
export const table = <Row>({
  caption,
  columns,
  rows,
  className = "",
  rowClass,
}: TableOptions<Row>): Html => html`
<table role="table" class="sortable ${className}"><caption>${caption}</caption>
<thead role="rowgroup"><tr role="row">${columns.map(
  ({ title, isNumber, isSortable = true }) =>
    html`<th scope="col" role="columnheader"${isNumber ? html` class="number"` : undefined}${isSortable ? html` data-sortable` : undefined}>${title}</th>`,
)}</tr></thead>
<tbody role="rowgroup">${rows.map(
  (row) => html`
<tr role="row"${attribute("class", rowClass?.(row))}>${columns.map((column) => tableCell(column, row))}</tr>`,
)}
</tbody></table>`;

function tableCell<Row>(
  { title, cell, sortBy, isHead, isNumber, className }: TableColumn<Row>,
  row: Row,
): Html {
  const classes = [isNumber ? "number" : undefined, className].filter((each) => each !== undefined).join(" ");
  const sort = attribute("data-sort", sortBy?.(row));
  return isHead
    ? html`<th scope="row" role="rowheader"${sort}>${cell(row)}</th>`
    : html`<td role="cell"${attribute("class", classes || undefined)}${attribute("data-title", typeof title === "string" ? title : undefined)}${sort}>${cell(row)}</td>`;
}

const attribute = (name: string, value: string | number | undefined) =>
  value === undefined ? undefined : html` ${name}="${value}"`;
