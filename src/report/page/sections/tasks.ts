import type { Study } from "../../../study/study.js";
import { type AcrossTasks, acrossTasks } from "../../../verdicts/across-tasks.js";
import { performanceProfiles } from "../../charts/task-charts.js";
import { taskCells } from "../../tables/task-cells.js";
import { colourClass } from "../curves/draw-plot.js";
import { type Html, html } from "../html.js";
import { section } from "../parts/section.js";
import { table } from "../parts/table.js";

const WIDTH = 520;
const MARGIN = { left: 58, right: 18 };
const RIGHT = WIDTH - MARGIN.right;

/** The methods of a study over several tasks: their table, mean ranks and performance profiles. */
export function tasks(study: Study, colours: ReadonlyMap<string, number>): Html | undefined {
  const found = acrossTasks(study);
  const cells = taskCells(study);
  if (found === undefined || cells === undefined) return undefined;
  const { caption, columns, rows, notes } = cells;
  const coloured = found.methods.slice(0, MOST_COLOURED);
  const classes = found.methods.map(({ label }, place) =>
    place < MOST_COLOURED ? colourClass(colours.get(label) ?? place) : "grey",
  );
  return section("tasks", "Tasks", [
    table<readonly string[]>({
      caption,
      className: "main",
      columns: columns.map(({ title, right }, i) => ({
        title,
        isNumber: right === true,
        isHead: i === 0,
        cell: (row) => row[i]!,
      })),
      rows,
    }),
    html`<p class="keys">${coloured.map(({ label }, i) => html`<span class="${classes[i]!}"><span class="key"></span>${label}</span> `)}${coloured.length < rows.length ? html`<span class="others"><span class="key"></span>the others, in grey</span>` : undefined}</p>
<div class="halves"><figure>${rankDiagram(found, classes)}<figcaption>Mean ranks. Bars connect methods that are not told apart.</figcaption></figure>
<figure>${profilePlot(found, classes)}<figcaption>Performance profiles: the share of runs with at most so many times the lowest mean errors of the task. Higher is better.</figcaption></figure></div>`,
    ...notes.map((note) => html`<p class="note">${note}</p>\n`),
  ]);
}

const MOST_COLOURED = 5;

const ROW = 22;
const TOP = 46;

/** A critical-difference diagram (Demšar 2006). */
function rankDiagram({ methods, groups }: AcrossTasks, classes: readonly string[]): Html {
  const height = TOP + (methods.length + groups.length) * ROW;
  const x = (rank: number) =>
    px(MARGIN.left + 90 + ((rank - 1) / (methods.length - 1)) * (RIGHT - MARGIN.left - 90));
  const step = Math.ceil(methods.length / 10);
  const ranks = methods.map((_, i) => i + 1).filter((rank) => (rank - 1) % step === 0);
  return plot(
    "Mean ranks of the methods; the table above has them",
    height,
    html`<text class="title" x="${(MARGIN.left + RIGHT) / 2}" y="12" text-anchor="middle">mean rank (1 is best)</text>${ranks.map(
      (rank) =>
        html`<path class="grid" d="M${x(rank)} ${TOP - 10}V${height}"/><text x="${x(rank)}" y="${TOP - 15}" text-anchor="middle">${rank}</text>`,
    )}${groups.map(
      ([from, to], i) =>
        html`<path class="group" d="M${x(methods[from]!.meanRank)} ${TOP + i * ROW}H${x(methods[to]!.meanRank)}"/>`,
    )}${methods.map(({ label, meanRank }, i) => {
      const y = TOP + (groups.length + i) * ROW;
      return html`<g class="line ${classes[i]!}"><circle class="dot" cx="${x(meanRank)}" cy="${y}" r="4.5"/></g><text x="${x(meanRank) - 10}" y="${y + 4}" text-anchor="end">${shortened(label)}</text>`;
    })}`,
  );
}

const MOST_CHARACTERS = 22;
const shortened = (label: string) =>
  label.length <= MOST_CHARACTERS ? label : `${label.slice(0, MOST_CHARACTERS - 1)}…`;

const HEIGHT = 300;
const BOTTOM = HEIGHT - 44;

function profilePlot({ methods }: AcrossTasks, classes: readonly string[]): Html {
  const { low, high, times, shares, ticks } = performanceProfiles(methods);
  const x = (value: number) =>
    px(MARGIN.left + (Math.log(value / low) / Math.log(high / low)) * (RIGHT - MARGIN.left));
  const y = (share: number) => px(BOTTOM - share * (BOTTOM - 12));
  return plot(
    "Performance profiles of the methods",
    HEIGHT,
    html`${[0, 0.25, 0.5, 0.75, 1].map(
      (share) =>
        html`<path class="grid" d="M${MARGIN.left} ${y(share)}H${RIGHT}"/><text x="${MARGIN.left - 8}" y="${y(share) + 4}" text-anchor="end">${100 * share}%</text>`,
    )}${ticks.map(
      (tick) =>
        html`<path class="grid" d="M${x(tick)} 12V${BOTTOM}"/><text x="${x(tick)}" y="${BOTTOM + 18}" text-anchor="middle">${tick}</text>`,
    )}<text class="title" x="${(MARGIN.left + RIGHT) / 2}" y="${HEIGHT - 6}" text-anchor="middle">errors, relative to the lowest mean of the task</text>${shares
      .map((ofMethod, place) => {
        const steps = ofMethod.map(
          (share, i) => `${i === 0 ? "M" : "H"}${x(times[i]!)}${i === 0 ? " " : "V"}${y(share)}`,
        );
        return html`<g class="line ${classes[place]!}"><path d="${steps.join("")}"/></g>`;
      })
      .reverse()}`,
  );
}

const plot = (label: string, height: number, content: Html) =>
  html`<div class="plot"><svg viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${label}">${content}</svg></div>`;

const px = (value: number) => Math.round(value * 10) / 10;
