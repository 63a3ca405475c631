import { integerText } from "../../../validation/count-text.js";
import type { Result } from "../../results/results.js";
import type { Task } from "../../results/tasks.js";
import { accuracyText } from "../../text/number-text.js";
import type { CurveData } from "../curves/curve-data.js";
import { colourClass, drawPlot } from "../curves/draw-plot.js";
import { plotCurves } from "../curves/plot.js";
import { studyCurves } from "../curves/study-curves.js";
import { Html, html } from "../html.js";
import { jsonBlock } from "../json-block.js";
import { section } from "../parts/section.js";
import { table } from "../parts/table.js";
import { taskTitle } from "../parts/task-title.js";

/** The width that a figure has before a script fits it to the screen: of the only one, or of one of several. */
const WIDTHS = { only: 900, several: 500 };

/**
 * The curves of all arms, a figure per task. Without a script, figures are as they are drawn here; with one, a reader can change
 * them.
 *
 * @param isTimed whether the times of all runs are comparable, so that seconds are an axis
 */
export function curves(
  tasks: readonly Task<Result>[],
  { isTimed, colours }: { readonly isTimed: boolean; readonly colours: ReadonlyMap<string, number> },
): Html | undefined {
  const all = studyCurves(
    tasks.map(({ items }) => items),
    colours,
  );
  const figures = all.flatMap((data, i) => figure(data, tasks[i]!) ?? []);
  if (figures.length === 0) return undefined;
  return section("curves", "Curves", [
    html`<form class="controls" hidden>
<fieldset><legend>Metric</legend>${all[0]!.metrics.map(({ title }, i) => radio("metric", String(i), title, i === 0))}</fieldset>
<fieldset><legend>Against</legend>${(isTimed ? AXES : AXES.slice(0, 2)).map((axis, i) => radio("x", axis, axis, i === 0))}</fieldset>
</form>
`,
    figures.length === 1 ? figures[0] : html`<div class="halves">${figures}</div>`,
    html`<p class="note">${caption(all)}</p>\n`,
    ...all.map((data, i) => valueTable(data, tasks[i]!)),
  ]);
}

const AXES = ["epoch", "step", "second"] as const;

const radio = (name: string, value: string, text: string, isChecked: boolean) =>
  html`<label><input type="radio" name="${name}" value="${value}"${isChecked ? html` checked` : undefined}>${text}</label>`;

function figure(data: CurveData, { name, items }: Task<Result>): Html | undefined {
  const plot = plotCurves(data, {
    metric: 0,
    x: "epoch",
    coloured: new Set(Array.from({ length: data.coloured }, (_, i) => i)),
    withOthers: true,
    width: name === undefined ? WIDTHS.only : WIDTHS.several,
  });
  if (plot === undefined) return undefined;
  const { width, height } = plot;
  const { metrics, arms } = data;
  return html`<figure class="curves">${taskTitle(name)}
<div class="plot"><svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${metrics[0]!.title} by epoch, one line per arm; the table below the figure has the values">${new Html(drawPlot(plot))}</svg></div>
<form class="arms" aria-label="Arms in colour">${arms.map(
    ({ label, colour }, i) =>
      html`<label class="${colourClass(colour)}"><input type="checkbox" name="arm" value="${i}"${i < data.coloured ? html` checked` : undefined}><span class="key"></span>${label}</label>`,
  )}
<label class="others"${arms.length > data.coloured ? undefined : html` hidden`}><input type="checkbox" name="others"${arms.length > data.coloured ? html` checked` : undefined}><span class="key"></span>the others, in grey</label>
</form>${
    arms.length < items.length
      ? html`<figcaption>${arms.length} of the ${integerText(items.length)} arms: the best, and others evenly by rank.</figcaption>`
      : undefined
  }
<script type="application/json" class="curve-data">${jsonBlock(data)}</script>
</figure>`;
}

function caption(all: readonly CurveData[]): string {
  const lines = all.flatMap(({ arms }) => arms.flatMap((arm) => arm.lines));
  return [
    ...(lines.some(({ low }) => low !== undefined)
      ? ["Line: mean over the seeds; band: lowest to highest seed."]
      : []),
    "Accuracy is on an axis that is logarithmic in the error where it comes close to 1: 0.98 to 0.99 spans as much as 0.8 to 0.9.",
    ...(lines.some(({ ended }) => ended !== "completed")
      ? ["× a run that diverged, ○ one that was cancelled."]
      : []),
  ].join(" ");
}

const MOST_COLUMNS = 11;

/** The values of a figure, for those who cannot see it. */
function valueTable({ arms, metrics }: CurveData, { name }: Task<Result>): Html | undefined {
  const rows = arms.flatMap(({ label, lines }) => {
    const line = lines.find(({ metric, isMean }) => metric === 0 && isMean);
    return line === undefined
      ? []
      : [{ label, at: new Map(line.epochs.map((epoch, i) => [epoch, line.values[i]!])) }];
  });
  const all = [...new Set(rows.flatMap(({ at }) => [...at.keys()]))].sort((a, b) => a - b);
  const step = Math.max(1, (all.length - 1) / (MOST_COLUMNS - 1));
  const epochs = [
    ...new Set(
      Array.from({ length: Math.min(all.length, MOST_COLUMNS) }, (_, i) => all[Math.round(i * step)]!),
    ),
  ];
  const title = `${metrics[0]!.title}${name === undefined ? "" : ` on ${name.title}`}`;
  return html`<details><summary>${title} as a table</summary><div class="scroll" tabindex="0" role="region" aria-label="Values of the curves${name === undefined ? undefined : html` on ${name.title}`}">
${table({
  caption: `Mean ${title} by epoch`,
  className: "wide",
  columns: [
    { title: "arm", isHead: true, cell: ({ label }) => label },
    ...epochs.map((epoch) => ({
      title: String(epoch),
      isNumber: true,
      cell: ({ at }: (typeof rows)[number]) => (at.has(epoch) ? accuracyText(at.get(epoch)!) : "–"),
    })),
  ],
  rows,
})}</div></details>`;
}
