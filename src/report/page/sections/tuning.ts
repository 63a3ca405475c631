import { selectedEdge } from "../../../tuning/select-trial.js";
import { decimalText } from "../../../validation/decimal-text.js";
import { extent, logRange, roundSteps } from "../../charts/ticks.js";
import { axisFor } from "../../charts/tuning-charts.js";
import { colouredResults } from "../../results/select-arms.js";
import type { Task } from "../../results/tasks.js";
import type { TunedResult } from "../../results/tuned-results.js";
import { accuracyText } from "../../text/number-text.js";
import { colourClass } from "../curves/draw-plot.js";
import { vertical } from "../curves/plot.js";
import { type Html, html } from "../html.js";
import { section } from "../parts/section.js";
import { table } from "../parts/table.js";
import { taskTitle } from "../parts/task-title.js";

const WIDTH = 520;
const HEIGHT = 320;
const MARGIN = { left: 58, right: 18, top: 12, bottom: 44 };
const BOTTOM = HEIGHT - MARGIN.bottom;
const RIGHT = WIDTH - MARGIN.right;

/**
 * How the settings of a tuned study were found: every trial by its learning rate, the best result by number of trials, and the
 * selected settings. Arms have the colours that they have in the curves.
 */
export function tuning(
  tasks: readonly Task<TunedResult>[],
  colours: ReadonlyMap<string, number>,
): Html | undefined {
  const blocks = tasks.flatMap((task) => taskTuning(task, colours) ?? []);
  return blocks.length === 0 ? undefined : section("tuning", "Tuning", blocks);
}

function taskTuning(
  { name, items: arms }: Task<TunedResult>,
  colours: ReadonlyMap<string, number>,
): Html | undefined {
  const accuracies = arms.flatMap(({ trials }) => trials.flatMap(({ accuracy }) => accuracy ?? []));
  if (accuracies.length === 0) return undefined;
  const coloured = colouredResults(arms.flatMap(({ result }) => result ?? []));
  const placed = arms
    .map(
      (arm): PlacedArm => ({
        ...arm,
        colour: colours.get(arm.label) ?? 0,
        place: coloured.findIndex(({ arm: each }) => each === arm.result?.arm),
      }),
    )
    .sort((a, b) => (b.place < 0 ? Infinity : b.place) - (a.place < 0 ? Infinity : a.place) || 0);
  const keyed = placed.filter(({ place }) => place >= 0).reverse();
  const rates = ratePlot(placed);
  return html`${taskTitle(name)}<p class="keys">${keyed.map((arm) => html`<span class="${colourClass(arm.colour)}"><span class="key"></span>${arm.label}</span> `)}${keyed.length < arms.length ? html`<span class="others"><span class="key"></span>the others, in grey</span>` : undefined}</p>
<div class="halves">${rates === undefined ? undefined : html`<figure>${rates}<figcaption>Validation accuracy by learning rate, a point per trial. Ring: the selected one; × at the bottom: diverged; line below: the searched space.${searchesMore(arms) ? " Trials also differ in other settings." : ""}</figcaption></figure>`}
<figure>${trialsPlot(placed)}<figcaption>Best validation accuracy by number of trials: what tuning cost. The first trial has the given settings; dot: the selected one.</figcaption></figure></div>
${settingsTable(arms, name)}`;
}

const searchesMore = (arms: readonly TunedResult[]) =>
  arms.some(({ tuned }) => Object.keys(tuned.space).some((setting) => setting !== "learningRate"));

interface PlacedArm extends TunedResult {
  /** The number of its colour. */
  readonly colour: number;
  /** Its place among those in colour; -1 for grey. */
  readonly place: number;
}

const classOf = ({ place, colour }: PlacedArm) => (place < 0 ? "grey" : colourClass(colour));

/** Where an accuracy is, and the lines of its axis. */
function yAxis(accuracies: readonly number[]) {
  const axis = axisFor(accuracies);
  const at = vertical(axis, HEIGHT, true);
  const text = (tick: number) => String(Number((axis.asError ? 1 - tick : tick).toPrecision(6)));
  const grid = axis.ticks.map(
    (tick) =>
      html`<path class="grid" d="M${MARGIN.left} ${px(at(tick))}H${RIGHT}"/><text x="${MARGIN.left - 8}" y="${px(at(tick) + 4)}" text-anchor="end">${text(tick)}</text>`,
  );
  return { y: vertical(axis, HEIGHT), grid };
}

const svg = (label: string, height: number, content: Html) =>
  html`<div class="plot"><svg viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${label}">${content}</svg></div>`;

const xTicks = (ticks: readonly number[], at: (value: number) => number, bottom: number) =>
  html`${ticks.map(
    (tick) =>
      html`<path class="grid" d="M${px(at(tick))} ${MARGIN.top}V${bottom}"/><text x="${px(at(tick))}" y="${bottom + 18}" text-anchor="middle">${decimalText(tick)}</text>`,
  )}`;

const xTitle = (title: string, height: number) =>
  html`<text class="title" x="${(MARGIN.left + RIGHT) / 2}" y="${height - 6}" text-anchor="middle">${title}</text>`;

const ROW = 8;

function ratePlot(arms: readonly PlacedArm[]): Html | undefined {
  const searched = arms.filter(({ trials }) => new Set(trials.map((each) => each.learningRate)).size > 1);
  const accuracies = searched.flatMap(({ trials }) => trials.flatMap(({ accuracy }) => accuracy ?? []));
  if (accuracies.length === 0) return undefined;
  const rates = searched.flatMap(({ trials, range }) => [
    ...trials.map(({ learningRate }) => learningRate),
    ...(range === undefined ? [] : [range.from, range.to]),
  ]);
  if (rates.some((rate) => rate <= 0)) return undefined;
  const { y, grid } = yAxis(accuracies);
  const { domain, ticks } = logRange(rates);
  const [low, high] = domain.map(Math.log) as [number, number];
  const x = (rate: number) => MARGIN.left + ((Math.log(rate) - low) / (high - low)) * (RIGHT - MARGIN.left);
  const spaces = searched.filter(({ place, range }) => place >= 0 && range !== undefined).reverse();
  const bottom = BOTTOM + spaces.length * ROW + 6;
  const height = bottom + MARGIN.bottom;
  return svg(
    "Validation accuracy by learning rate; the table below has the selected settings",
    height,
    html`${grid}${xTicks(ticks, x, bottom)}${xTitle("learning rate", height)}${spaces.map(
      ({ range, colour }, row) => {
        const [from, to, at] = [px(x(range!.from)), px(x(range!.to)), BOTTOM + 8 + row * ROW];
        return html`<g class="line thin ${colourClass(colour)}"><path d="M${from} ${at}H${to}M${from} ${at - 3}v6M${to} ${at - 3}v6"/></g>`;
      },
    )}${searched.map(
      (arm) =>
        html`<g class="line ${classOf(arm)}">${arm.trials.map(({ learningRate, accuracy, isSelected }) => {
          const at = px(x(learningRate));
          if (accuracy === null) return html`<path d="M${at - 4} ${BOTTOM - 4}l8 8m0 -8l-8 8"/>`;
          return html`<circle class="dot" cx="${at}" cy="${px(y(accuracy))}" r="3"/>${isSelected ? html`<circle class="ring" cx="${at}" cy="${px(y(accuracy))}" r="7"/>` : undefined}`;
        })}</g>`,
    )}`,
  );
}

function trialsPlot(arms: readonly PlacedArm[]): Html {
  const { y, grid } = yAxis(arms.flatMap(({ trials }) => trials.flatMap(({ best }) => best ?? [])));
  const [, most] = extent(arms.map(({ trials }) => trials.length));
  const x = (number: number) =>
    MARGIN.left + 8 + ((number - 1) / Math.max(1, most - 1)) * (RIGHT - MARGIN.left - 16);
  const ticks = [1, ...roundSteps(1, Math.max(2, most)).filter((tick) => Number.isInteger(tick) && tick > 1)];
  return svg(
    "Best validation accuracy by number of trials",
    HEIGHT,
    html`${grid}${xTicks(ticks, x, BOTTOM)}${xTitle("trials", HEIGHT)}${arms.map((arm) => {
      const known = arm.trials.filter(({ best }) => best !== null);
      const steps = known.map(({ number, best }, i) =>
        i === 0 ? `M${px(x(number))} ${px(y(best!))}` : `H${px(x(number))}V${px(y(best!))}`,
      );
      const chosen = known.find(({ isSelected }) => isSelected);
      return html`<g class="line ${classOf(arm)}"><path d="${steps.join("")}"/>${chosen === undefined || arm.place < 0 ? undefined : html`<circle class="dot" cx="${px(x(chosen.number))}" cy="${px(y(chosen.best!))}" r="4.5"/>`}</g>`;
    })}`,
  );
}

const px = (value: number) => Math.round(value * 10) / 10;

const EDGES = { none: "", lower: "lower edge", upper: "upper edge" } as const;

function settingsTable(arms: readonly TunedResult[], name: Task<TunedResult>["name"]): Html {
  const edges = arms.map(({ tuned }) => EDGES[selectedEdge(tuned)]);
  const rows = arms.map((arm, i) => ({ arm, edge: edges[i]!, ...arm.tuned.trials[arm.tuned.selected]! }));
  type Row = (typeof rows)[number];
  return table<Row>({
    caption: `Selected settings${name === undefined ? "" : ` on ${name.title}`}`,
    className: "main",
    columns: [
      { title: "arm", isHead: true, cell: ({ arm }) => arm.label },
      {
        title: "settings",
        cell: ({ values }) =>
          Object.entries(values)
            .map(([key, value]) => `${key} ${decimalText(value)}`)
            .join(", ") || "the given settings",
      },
      {
        title: "accuracy",
        isNumber: true,
        cell: ({ accuracy }) => (accuracy === null ? "–" : accuracyText(accuracy)),
      },
      { title: "trials", isNumber: true, cell: ({ arm }) => arm.trials.length },
      {
        title: "diverged",
        isNumber: true,
        cell: ({ arm }) => arm.trials.filter(({ accuracy }) => accuracy === null).length,
      },
      ...(edges.some((edge) => edge !== "")
        ? [{ title: "learning rate at", cell: ({ edge }: Row) => edge || "–" }]
        : []),
    ],
    rows,
  });
}
