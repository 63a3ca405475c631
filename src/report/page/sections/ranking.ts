import type { Study } from "../../../study/study.js";
import { finalEpoch } from "../../../training/run-record.js";
import type { Result } from "../../results/results.js";
import { tasksOf } from "../../results/tasks.js";
import { resultCells } from "../../tables/result-cells.js";
import { accuracyText } from "../../text/number-text.js";
import { type Html, html } from "../html.js";
import { type Interval, intervalAxis, intervalPlot, intervalTicks } from "../parts/interval-plot.js";
import { section } from "../parts/section.js";
import { type TableColumn, table } from "../parts/table.js";

interface Row {
  readonly result: Result;
  readonly cells: readonly string[];
  readonly isBest: boolean;
  readonly interval: Interval | undefined;
}

/** The main table, arms by rank with the interval of each mean; then their losses and times. Each task has its tables. */
export function ranking(study: Study): Html {
  const { results, columns, rows, best, notes } = resultCells(study);
  const ordered = results.map(
    (result, i): Row => ({ result, cells: rows[i]!, isBest: best.has(i), interval: intervalOf(result) }),
  );
  const tasks = tasksOf(study, ordered, ({ result }) => result.arm.config);
  const name = columns.findIndex(({ title }) => title !== "rank");
  const columnsOf = (wanted: "costs" | undefined) =>
    columns.flatMap(({ title, right, part }, i): TableColumn<Row>[] =>
      part === wanted
        ? [{ title, isNumber: right === true, isHead: i === name, cell: ({ cells }) => cells[i]! }]
        : [],
    );
  const rowClass = ({ isBest }: Row) => (isBest ? "best" : undefined);
  const costs = columnsOf("costs");
  const tables = (caption: string, of: (rows: readonly Row[]) => readonly TableColumn<Row>[]) =>
    (tasks.length === 0 ? [{ name: undefined, items: [] }] : tasks).map(({ name: task, items }) =>
      table({
        caption: task === undefined ? caption : `${caption}: ${task.title}`,
        className: "main",
        columns: of(items),
        rows: items,
        rowClass,
      }),
    );
  return html`${section("ranking", "Results", [
    ...tables("Arms by rank, best first", (items) =>
      columnsOf(undefined).flatMap((column) =>
        column.title === "validation accuracy" ? [column, ...intervalColumns(items)] : [column],
      ),
    ),
    ...(tasks.some(({ items }) => intervalColumns(items).length > 0)
      ? [html`<p class="note">${INTERVAL}</p>\n`]
      : []),
    ...notes.map((note) => html`<p class="note">${note}</p>\n`),
  ])}${
    costs.length === 0 || ordered.length === 0
      ? undefined
      : section(
          "cost",
          "Losses and times",
          tables("At the end of training", () => [
            { title: columns[name]!.title, isHead: true, cell: ({ result }) => result.arm.labelInTask },
            ...costs,
          ]),
        )
  }`;
}

const INTERVAL =
  "Line: 95% confidence interval of the mean (Student's t); small dots: seeds; ◂: further left. The scale is logarithmic in the error where accuracies come close to 1.";

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
function intervalColumns(rows: readonly Row[]): TableColumn<Row>[] {
  const intervals = rows.flatMap(({ interval }) => interval ?? []);
  if (intervals.length < 2) return [];
  const axis = intervalAxis(intervals);
  return [
    {
      title: html`<span class="unseen">95% interval</span>${intervalTicks(axis)}`,
      isSortable: false,
      className: "plotted",
      cell: ({ interval }) =>
        interval === undefined
          ? "–"
          : html`${intervalPlot(interval, axis)}${interval.low < interval.high ? html`<span class="unseen">${accuracyText(interval.low)} to ${accuracyText(interval.high)}</span>` : undefined}`,
    },
  ];
}
