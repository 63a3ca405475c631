import type { TopLevelSpec } from "vega-lite";
import { CHART_CONFIG, colourOf } from "./chart-style.js";
import { chartLegend, chartTitle } from "./chart-text.js";

const WIDTH = 460;

export interface LossShapeChart {
  readonly title: string;
  readonly subtitle: string;
  /** For those who do not see it. */
  readonly description: string;
  readonly curves: readonly {
    readonly name: string;
    readonly points: readonly { readonly margin: number; readonly value: number; readonly slope: number }[];
  }[];
}

/** A loss and, dashed, its derivative, over the margin between two logits. */
export function lossShapeChart({ title, subtitle, description, curves }: LossShapeChart): TopLevelSpec {
  const rounded = (value: number) => Number(value.toPrecision(4));
  const label = (name: string, what: string) => (curves.length === 1 ? what : `${what}, ${name}`);
  const lines = curves.flatMap(({ name, points }) => [
    {
      name: label(name, "loss"),
      dashed: false,
      points: points.map((p) => ({ x: p.margin, y: rounded(p.value) })),
    },
    {
      name: label(name, "gradient"),
      dashed: true,
      points: points.map((p) => ({ x: p.margin, y: rounded(p.slope) })),
    },
  ]);
  const { names, legend } = chartLegend(
    lines.map(({ name }) => name),
    WIDTH,
  );
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    description,
    title: chartTitle(title, [subtitle], WIDTH),
    width: WIDTH,
    height: 230,
    config: CHART_CONFIG,
    data: {
      values: lines.flatMap(({ points }, i) => points.map((point) => ({ name: names[i]!, ...point }))),
    },
    mark: { type: "line", strokeWidth: 2 },
    encoding: {
      x: {
        field: "x",
        type: "quantitative",
        title: "margin: the right class's logit less the other's",
        scale: { nice: false },
      },
      y: { field: "y", type: "quantitative", title: null },
      color: {
        field: "name",
        type: "nominal",
        title: null,
        sort: null,
        scale: { domain: names, range: names.map((_, i) => colourOf(Math.floor(i / 2))) },
        legend,
      },
      strokeDash: {
        field: "name",
        type: "nominal",
        sort: null,
        scale: { domain: names, range: lines.map(({ dashed }) => (dashed ? [5, 3] : [])) },
      },
    },
  };
}
