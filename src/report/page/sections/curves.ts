import { integerText } from "../../../validation/count-text.js";
import { accuracyText } from "../../text/number-text.js";
import type { CurveData } from "../curves/curve-data.js";
import { colourClass, drawPlot } from "../curves/draw-plot.js";
import { plotCurves } from "../curves/plot.js";
import { Html, html } from "../html.js";
import { jsonBlock } from "../json-block.js";
import { section } from "../parts/section.js";
import { table } from "../parts/table.js";

/** The width that the figure has before a script fits it to the screen. */
const WIDTH = 900;

/** The curves of all arms. Without a script, the figure is as it is drawn here; with one, a reader can change it. */
export function curves(data: CurveData, armCount: number): Html | undefined {
  const plot = plotCurves(data, {
    metric: 0,
    x: "epoch",
    coloured: new Set(Array.from({ length: data.coloured }, (_, i) => i)),
    withOthers: true,
    width: WIDTH,
  });
  if (plot === undefined) return undefined;
  const { width, height } = plot;
  const isBand = data.arms.some(({ lines }) => lines.some(({ low }) => low !== undefined));
  const { metrics, arms } = data;
  return section("curves", "Curves", [
    html`<figure class="curves">
<form class="controls" hidden>
<fieldset><legend>Metric</legend>${metrics.map(({ title }, i) => radio("metric", String(i), title, i === 0))}</fieldset>
<fieldset><legend>Against</legend>${(data.isTimed ? AXES : AXES.slice(0, 2)).map((axis, i) => radio("x", axis, axis, i === 0))}</fieldset>
</form>
<div class="plot"><svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${metrics[0]!.title} by epoch, one line per arm; the table below the figure has the values">${new Html(drawPlot(plot))}</svg></div>
<form class="arms" aria-label="Arms in colour">${arms.map(
      ({ label }, i) =>
        html`<label class="${colourClass(i)}"><input type="checkbox" name="arm" value="${i}"${i < data.coloured ? html` checked` : undefined}><span class="key"></span>${label}</label>`,
    )}
<label class="others"${arms.length > 1 ? undefined : html` hidden`}><input type="checkbox" name="others"${arms.length > data.coloured ? html` checked` : undefined}><span class="key"></span>the others, in grey</label>
</form>
<figcaption>${[
      ...(isBand ? ["Line: mean over the seeds; band: lowest to highest seed."] : []),
      "Accuracy is on an axis that is logarithmic in the error where it comes close to 1: 0.98 to 0.99 spans as much as 0.8 to 0.9.",
      ...(arms.some(({ lines }) => lines.some(({ ended }) => ended !== "completed"))
        ? ["× a run that diverged, ○ one that was cancelled."]
        : []),
      ...(arms.length < armCount
        ? [`${arms.length} of the ${integerText(armCount)} arms: the best, and others evenly by rank.`]
        : []),
    ].join(" ")}</figcaption>
<script type="application/json" id="curve-data">${jsonBlock(data)}</script>
</figure>`,
    valueTable(data),
  ]);
}

const AXES = ["epoch", "step", "second"] as const;

const radio = (name: string, value: string, text: string, isChecked: boolean) =>
  html`<label><input type="radio" name="${name}" value="${value}"${isChecked ? html` checked` : undefined}>${text}</label>`;

const MOST_COLUMNS = 11;

/** The values of the figure, for those who cannot see it. */
function valueTable({ arms, metrics }: CurveData): Html {
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
  return html`<details><summary>${metrics[0]!.title} as a table</summary><div class="scroll" tabindex="0" role="region" aria-label="Values of the curves">
${table({
  caption: `Mean ${metrics[0]!.title} by epoch`,
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
