import type { TopLevelSpec } from "vega-lite";
import type { Study } from "../../study/study.js";
import { countText, integerText } from "../../validation/count-text.js";
import { type Result, resultsOf } from "../results/results.js";
import { selectArms } from "../results/select-arms.js";
import { tasksOf } from "../results/tasks.js";
import { type TunedResult, tunedResults } from "../results/tuned-results.js";
import { CHART_CONFIG, colourOf, dashOf, GREY, VEGA_LITE } from "./chart-style.js";
import { chartLegend, chartTitle } from "./chart-text.js";
import type { Chart } from "./study-charts.js";
import { extent, logRange } from "./ticks.js";
import { accuracyAxis, errorAxis, errorOf, type ValueAxis, withTick, yEncoding } from "./value-axis.js";

const WIDTH = 620;
const HEIGHT = 340;

/**
 * The charts of a tuned study, per task: every trial by its learning rate, and the best result by number of trials. None for
 * other studies.
 */
export function tuningCharts(study: Study): Chart[] {
  const tasks = tasksOf(study, tunedResults(study, resultsOf(study)), ({ config }) => config);
  return tasks.flatMap(({ name, items }) => {
    const legend = legendOf(items);
    const suffix = name === undefined ? "" : ` on ${name.title}`;
    return [rateChart(items, legend, suffix), trialsChart(items, legend, suffix)]
      .filter((chart): chart is Chart => chart !== undefined)
      .map((chart) => (name === undefined ? chart : { ...chart, name: `${chart.name}-${name.slug}` }));
  });
}

interface Legend {
  /** The name of an arm in the data. */
  readonly nameOf: (arm: TunedResult) => string;
  readonly isGrey: (arm: TunedResult) => boolean;
  /** Whether its colour is also that of an earlier arm. */
  readonly isRepeated: (arm: TunedResult) => boolean;
  /** The encoding of the colour, which every chart of the study has for an arm. */
  readonly color: object;
  readonly strokeDash: object;
  readonly note: readonly string[];
}

/** The arms that other charts show in colour have the same colours here. */
function legendOf(arms: readonly TunedResult[]): Legend {
  const results = arms.flatMap(({ result }) => result ?? []);
  const coloured = new Set<Result["arm"]>(selectArms(results).named);
  const isNamed = ({ result }: TunedResult, i: number) =>
    result ? coloured.has(result.arm) : i < MOST_NAMED;
  const named = arms.filter(isNamed);
  const others = arms.length - named.length;
  const given = [
    ...named.map(({ label }) => label),
    ...(others > 0 ? [`${integerText(others)} other arms`] : []),
  ];
  const { names, legend } = chartLegend(given, WIDTH);
  const isGrey = (arm: TunedResult) => !named.includes(arm);
  const scale = (of: (i: number) => unknown, grey: unknown) => ({
    domain: [...names],
    range: names.map((_, i) => (i < named.length ? of(i) : grey)),
  });
  const field = { field: "name", type: "nominal", sort: null } as const;
  return {
    nameOf: (arm) => names[isGrey(arm) ? named.length : named.indexOf(arm)]!,
    isGrey,
    isRepeated: (arm) => dashOf(Math.max(0, named.indexOf(arm))).length > 0,
    color: { ...field, title: null, scale: scale(colourOf, GREY), legend },
    strokeDash: { ...field, scale: scale(dashOf, []) },
    note: others > 0 ? [`In colour: the ${named.length} best; in grey: the others`] : [],
  };
}

const MOST_NAMED = 10;
/** The height of the line of an arm's space. */
const ROW = 9;

/** Validation accuracy by learning rate: a point per trial, and the searched space of each arm below. */
function rateChart(arms: readonly TunedResult[], legend: Legend, suffix: string): Chart | undefined {
  const searched = arms.filter(({ trials }) => new Set(trials.map((each) => each.learningRate)).size > 1);
  const points = searched.flatMap((arm) =>
    arm.trials.map((trial) => ({
      ...trial,
      name: legend.nameOf(arm),
      isGrey: legend.isGrey(arm),
      isSquare: legend.isRepeated(arm),
    })),
  );
  const accuracies = points.flatMap(({ accuracy }) => accuracy ?? []);
  const rates = [
    ...points.map(({ learningRate }) => learningRate),
    ...searched.flatMap(({ range }) => (range === undefined ? [] : [range.from, range.to])),
  ].filter((rate) => rate > 0);
  if (accuracies.length === 0) return undefined;
  const axis = axisFor(accuracies);
  const { place, y } = vertical(axis);
  const [, bottom] = axis.asError ? axis.domain : [...axis.domain].reverse();
  const across = logRange(rates);
  const x = {
    field: "learningRate",
    type: "quantitative",
    scale: { type: "log", domain: [...across.domain], nice: false },
  } as const;
  const hasDiverged = points.some(({ accuracy }) => accuracy === null);
  const named = searched.filter((arm) => !legend.isGrey(arm) && arm.range !== undefined);
  const title = `Validation accuracy by learning rate${suffix}`;
  const values = [...points]
    .sort((a, b) => Number(b.isGrey) - Number(a.isGrey) || Number(a.isSelected) - Number(b.isSelected))
    .map((point) => ({ ...point, y: point.accuracy === null ? bottom : place(point.accuracy) }));
  const layer = (filter: string, mark: object) => ({ transform: [{ filter }], mark });
  const trialTicks = { values: [...across.ticks], format: "~g", labelFlush: false };
  const spec = {
    ...common(
      title,
      [
        ...(axis.note === undefined ? [] : [axis.note]),
        "Point: a trial; ring: the selected one; line below: the searched space",
        ...(hasDiverged ? ["× at the bottom: diverged"] : []),
        ...legend.note,
        ...(searched.some(legend.isRepeated) ? ["Squares: the arms whose lines are dashed"] : []),
      ],
      `${title}: a point for each trial of ${searched.map(({ label }) => label).join("; ")}. study.json has the numbers.`,
    ),
    spacing: 4,
    resolve: { scale: { color: "shared" } },
    vconcat: [
      {
        width: WIDTH,
        height: HEIGHT,
        data: { values },
        encoding: {
          x: { ...x, title: null, axis: { ...trialTicks, labels: false, ticks: false } },
          y,
          color: legend.color,
        },
        layer: [
          ...(["circle", "square"] as const).map((shape) =>
            layer(`datum.accuracy !== null && datum.isSquare === ${shape === "square"}`, {
              type: "point",
              shape,
              filled: true,
              size: 32,
              opacity: 0.75,
            }),
          ),
          layer("datum.accuracy === null", {
            type: "point",
            shape: CROSS,
            size: 46,
            strokeWidth: 1.6,
            opacity: 1,
          }),
          layer("datum.isSelected && datum.accuracy !== null", {
            type: "point",
            size: 190,
            strokeWidth: 2.4,
            opacity: 1,
          }),
        ],
      },
      {
        width: WIDTH,
        height: Math.max(1, named.length) * ROW,
        data: { values: named.map((arm, row) => ({ name: legend.nameOf(arm), row, ...arm.range })) },
        encoding: {
          x: { ...x, field: "from", title: "learning rate", axis: trialTicks },
          y: {
            field: "row",
            type: "quantitative",
            axis: null,
            scale: { domain: [-0.6, Math.max(1, named.length) - 0.4], nice: false, reverse: true },
          },
          color: legend.color,
        },
        layer: [
          {
            mark: { type: "rule", strokeWidth: 1.6 },
            encoding: { x2: { field: "to" }, strokeDash: legend.strokeDash },
          },
          { mark: { type: "tick", thickness: 2, size: ROW - 2, orient: "vertical" } },
          {
            mark: { type: "tick", thickness: 2, size: ROW - 2, orient: "vertical" },
            encoding: { x: { ...x, field: "to" } },
          },
        ],
      },
    ],
  } as unknown as TopLevelSpec;
  return { name: "learning-rates", title, spec };
}

/** The best validation accuracy so far by number of trials: what tuning costs. */
function trialsChart(arms: readonly TunedResult[], legend: Legend, suffix: string): Chart | undefined {
  const values = arms
    .flatMap((arm, i) =>
      arm.trials.flatMap(({ number, best, isSelected }) =>
        best === null
          ? []
          : [{ arm: i, number, best, isSelected, name: legend.nameOf(arm), isGrey: legend.isGrey(arm) }],
      ),
    )
    .sort((a, b) => Number(b.isGrey) - Number(a.isGrey));
  if (values.length === 0) return undefined;
  const axis = axisFor(values.map(({ best }) => best));
  const { place, y } = vertical(axis);
  const [, most] = extent(arms.map(({ trials }) => trials.length));
  const title = `Best validation accuracy by number of trials${suffix}`;
  const spec = {
    ...common(
      title,
      [
        ...(axis.note === undefined ? [] : [axis.note]),
        `First of ${countText(most, "trial")}: the given settings; dot: the selected trial`,
        ...legend.note,
      ],
      `${title}: a line for each of ${arms.map(({ label }) => label).join("; ")}. study.json has the numbers.`,
    ),
    width: WIDTH,
    height: HEIGHT,
    data: { values: values.map((each) => ({ ...each, y: place(each.best) })) },
    encoding: {
      x: {
        field: "number",
        type: "quantitative",
        title: "trials",
        scale: { domain: [1, Math.max(2, most)], nice: false, padding: 10 },
        axis: { format: "d", tickMinStep: 1, tickCount: 12, labelFlush: false },
      },
      y,
      color: legend.color,
      detail: { field: "arm", type: "nominal" },
    },
    layer: [
      {
        mark: { type: "line", interpolate: "step-after", strokeJoin: "round" },
        encoding: {
          strokeDash: legend.strokeDash,
          strokeWidth: { condition: { test: "datum.isGrey", value: 1.2 }, value: 2.2 },
        },
      },
      {
        transform: [{ filter: "datum.isSelected && !datum.isGrey" }],
        mark: { type: "point", filled: true, size: 70, opacity: 1 },
      },
    ],
  } as unknown as TopLevelSpec;
  return { name: "trials", title, spec };
}

const CROSS = "M-1,-1L1,1M1,-1L-1,1";

const common = (title: string, subtitle: readonly string[], description: string) => ({
  $schema: VEGA_LITE,
  description,
  title: chartTitle(title, subtitle, WIDTH),
  config: CHART_CONFIG,
});

/** Accuracies that are close to 1 need an axis that is logarithmic in the error. The highest has a tick. */
export function axisFor(values: readonly number[]): ValueAxis {
  const [, highest] = extent(values);
  return withTick(highest > 0.8 ? errorAxis(values) : accuracyAxis(values), highest);
}

/** Where a value is on the axis, and the axis as an encoding. */
const vertical = (axis: ValueAxis) => ({
  place: axis.asError ? errorOf : (value: number) => value,
  y: yEncoding(axis),
});
