import { costsTitle, type ResultCells } from "../../tables/result-cells.js";
import { type Html, html } from "../html.js";
import { columnsOf, nameOf, type ResultRow, resultTables } from "../parts/result-tables.js";
import { section } from "../parts/section.js";
import type { TableColumn } from "../parts/table.js";

/** Losses and times of the arms, with a bar for the time of a step. */
export function costs(cells: ResultCells): Html | undefined {
  const shown = columnsOf(cells, "costs");
  if (shown.length === 0 || cells.results.length === 0) return undefined;
  const { title } = cells.columns[nameOf(cells.columns)]!;
  const name: TableColumn<ResultRow> = { title, isHead: true, cell: ({ result }) => result.arm.labelInTask };
  const hasSteps = shown.some((column) => column.title === "step, ms");
  const hasUpdates = shown.some((column) => column.title === "update, ms");
  return section("cost", costsTitle(cells), [
    ...resultTables(
      cells,
      "At the end of training",
      (rows) => [name, ...shown, ...(hasSteps ? barColumns(rows) : [])],
      costsTitle(cells),
    ),
    ...(hasSteps && cells.results.length > 1
      ? [
          html`<p class="note">Bar: the mean time of a training step${hasUpdates ? "; its dark part: the optimizer's update" : ""}.</p>`,
        ]
      : []),
  ]);
}

const stepOf = ({ result }: ResultRow) => result.stepMilliseconds?.mean ?? 0;

/** A bar per arm on one scale, if there are several to compare. */
function barColumns(rows: readonly ResultRow[]): TableColumn<ResultRow>[] {
  const longest = rows.reduce((most, row) => Math.max(most, stepOf(row)), 0);
  if (rows.length < 2 || longest === 0) return [];
  const percent = (milliseconds: number) => `${((100 * milliseconds) / longest).toFixed(1)}%`;
  return [
    {
      title: html`<span class="unseen">time of a step as a bar</span>`,
      isSortable: false,
      className: "plotted",
      cell: (row) => {
        const update = row.result.updateMilliseconds?.mean;
        return html`<svg class="bar" width="100%" height="14" aria-hidden="true"><rect width="${percent(stepOf(row))}" height="14"/>${
          update === undefined
            ? undefined
            : html`<rect class="update" width="${percent(update)}" height="14"/>`
        }</svg>`;
      },
    },
  ];
}
