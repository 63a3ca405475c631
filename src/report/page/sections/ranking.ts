import { finalEpoch } from "../../../training/run-record.js";
import type { Result } from "../../results/results.js";
import type { ResultCells } from "../../tables/result-cells.js";
import { accuracyText } from "../../text/number-text.js";
import { type Html, html } from "../html.js";
import { type Interval, intervalAxis, intervalPlot, intervalTicks } from "../parts/interval-plot.js";
import { columnsOf, type ResultRow, resultTables } from "../parts/result-tables.js";
import { section } from "../parts/section.js";
import type { TableColumn } from "../parts/table.js";

/** The main table: arms by rank, with the interval of each mean. */
export function ranking(cells: ResultCells): Html {
  const shown = columnsOf(cells, undefined);
  const withIntervals = (rows: readonly ResultRow[]) =>
    shown.flatMap((column) =>
      column.title === "validation accuracy" ? [column, ...intervalColumns(rows)] : [column],
    );
  const isRanked = cells.conclusion.verdicts.pairs.length > 0;
  const tables = resultTables(cells, `Arms by ${isRanked ? "rank" : "accuracy"}, best first`, withIntervals);
  const isBeyond = tables.some(({ text }) => text.includes('class="beyond"'));
  return section("ranking", "Results", [
    ...tables,
    ...(cells.results.filter((each) => each.validationAccuracy !== undefined).length > 1
      ? [
          html`<p class="note">Line: 95% confidence interval of the mean (Student's t); small dots: seeds${isBeyond ? "; ◂: further left" : ""}. The scale is logarithmic in the error where accuracies come close to 1.</p>\n`,
        ]
      : []),
    ...cells.notes.map((note) => html`<p class="note">${note}</p>\n`),
  ]);
}

function intervalOf({ arm, validationAccuracy }: Result): Interval | undefined {
  if (validationAccuracy === undefined) return undefined;
  const { mean, count, confidence95 } = validationAccuracy;
  const half = count > 1 ? confidence95 : 0;
  return {
    mean,
    low: Math.max(0, mean - half),
    high: Math.min(1, mean + half),
    values: count > 1 ? arm.completed.map((run) => finalEpoch(run)!.validation.accuracy) : [],
  };
}

/** The intervals on one axis, if there are several to compare. */
function intervalColumns(rows: readonly ResultRow[]): TableColumn<ResultRow>[] {
  const intervals = rows.flatMap(({ result }) => intervalOf(result) ?? []);
  if (intervals.length < 2) return [];
  const axis = intervalAxis(intervals);
  return [
    {
      title: html`<span class="unseen">95% interval</span>${intervalTicks(axis)}`,
      isSortable: false,
      className: "plotted",
      cell: ({ result }) => {
        const interval = intervalOf(result);
        return interval === undefined
          ? "–"
          : html`${intervalPlot(interval, axis)}${interval.low < interval.high ? html`<span class="unseen">${accuracyText(interval.low)} to ${accuracyText(interval.high)}</span>` : undefined}`;
      },
    },
  ];
}
