import type { TopLevelSpec } from "vega-lite";
import { CHART_CONFIG, colourOf, dashOf, GREY, VEGA_LITE } from "./chart-style.js";
import { chartLegend, chartTitle } from "./chart-text.js";
import type { Curve } from "./curve.js";
import { extent } from "./ticks.js";
import { errorOf, type ValueAxis, withTick, yEncoding } from "./value-axis.js";

interface LineChart {
  readonly title: string;
  /** One line each. */
  readonly subtitle: readonly string[];
  /** A description for screen readers. */
  readonly description: string;
  readonly curves: readonly Curve[];
  /** All names that get a colour, in the legend's order. */
  readonly names: readonly string[];
  /** The shared name of grey lines. */
  readonly grey?: string;
  readonly x: "epoch" | "seconds";
  readonly axis: (values: readonly number[]) => ValueAxis;
  /** A value that must have a tick. */
  readonly tick?: number | undefined;
  readonly width: number;
  readonly height: number;
}

/** Lines of means, with a band from the lowest to the highest seed. Runs that ended early are thin and end in a mark. */
export function lineChart(chart: LineChart): TopLevelSpec {
  const { x, width, height } = chart;
  const given = [...chart.names, ...(chart.grey === undefined ? [] : [chart.grey])];
  const { names, legend } = chartLegend(given, width);
  const nameInLegend = new Map(given.map((name, i) => [name, names[i]!]));
  const isGrey = (i: number) => i === chart.names.length;
  // Curves are drawn in order; grey lines are the background.
  const curves = [...chart.curves].sort((a, b) => Number(isNamed(a)) - Number(isNamed(b)));
  const fitting = chart.axis(
    curves.flatMap((curve) =>
      curve.points.flatMap(({ low, high, value }) => (isNamed(curve) ? [low, high] : [value])),
    ),
  );
  const axis = chart.tick === undefined ? fitting : withTick(fitting, chart.tick);
  const place = axis.asError ? errorOf : (value: number) => value;
  const rows = curves.flatMap(({ name, of, ended, points }, curve) =>
    points.map((point, i) => ({
      name: nameInLegend.get(name)!,
      curve,
      of,
      x: point[x],
      value: point.value,
      y: place(point.value),
      low: place(point.low),
      high: place(point.high),
      end: i === points.length - 1 ? ended : "",
    })),
  );
  const [, longest] = extent(curves.map(({ points }) => points.length));
  const filter = (expression: string) => [{ filter: expression }];
  return {
    $schema: VEGA_LITE,
    description: chart.description,
    title: chartTitle(
      chart.title,
      [...(axis.note === undefined ? [] : [axis.note]), ...chart.subtitle],
      width,
    ),
    width,
    height,
    config: CHART_CONFIG,
    data: { values: rows },
    encoding: {
      x: { field: "x", type: "quantitative", ...xAxis(chart) },
      y: yEncoding(axis),
      color: {
        field: "name",
        type: "nominal",
        title: null,
        sort: null,
        scale: { domain: [...names], range: names.map((_, i) => (isGrey(i) ? GREY : colourOf(i))) },
        legend: {
          ...legend,
          values: names.filter((_, i) => curves.some((curve) => curve.name === given[i])),
        },
      },
    },
    layer: [
      {
        transform: filter("datum.low !== datum.high && datum.of === 'completed runs'"),
        mark: longest > 1 ? { type: "area", opacity: 0.16 } : { type: "rule", strokeWidth: 1.5 },
        encoding: { y: { field: "low" }, y2: { field: "high" }, detail: { field: "curve" } },
      },
      {
        mark: { type: "line", strokeCap: "round", strokeJoin: "round" },
        encoding: {
          detail: { field: "curve", type: "nominal" },
          strokeDash: {
            field: "name",
            type: "nominal",
            sort: null,
            scale: { domain: [...names], range: names.map((_, i) => (isGrey(i) ? [] : dashOf(i))) },
          },
          strokeWidth: { condition: { test: "datum.of !== 'completed runs'", value: 1.2 }, value: 2.2 },
        },
      },
      ...(longest <= 25
        ? [
            {
              transform: filter("datum.of === 'completed runs'"),
              mark: { type: "point", filled: true, size: 26, opacity: 1 },
            } as const,
          ]
        : []),
      {
        transform: filter("datum.end === 'diverged'"),
        mark: { type: "point", shape: "M-1,-1L1,1M1,-1L-1,1", size: 90, strokeWidth: 2.4, opacity: 1 },
      },
      {
        transform: filter("datum.end === 'cancelled'"),
        mark: { type: "point", shape: "circle", fill: "white", size: 60, strokeWidth: 1.6, opacity: 1 },
      },
    ],
  };
}

const isNamed = ({ of }: Curve) => of !== "another arm";

function xAxis({ x, curves }: LineChart) {
  const [, end] = extent(curves.flatMap(({ points }) => points.map((point) => point[x])));
  if (x === "seconds")
    return {
      title: "training time (s, steps only)",
      scale: { domain: [0, end || 1], nice: true },
      axis: { tickCount: 8 },
    };
  return {
    title: "epoch",
    scale: { domain: end > 1 ? [1, end] : [0, 2], nice: false, padding: 10 },
    axis: {
      format: "d",
      labelFlush: false,
      ...(end <= 12
        ? // Vega derives a step of 1 from the format and omits ticks that are as close as this step.
          { values: Array.from({ length: end }, (_, i) => i + 1), tickMinStep: 0.5 }
        : { tickMinStep: 1, tickCount: 10 }),
    },
  };
}
