import { CHART_CONFIG, colourOf, VEGA_LITE } from "../../dist/report/charts/chart-style.js";
import { chartLegend, chartTitle } from "../../dist/report/charts/chart-text.js";

const WIDTH = 460;

/**
 * A chart of a loss and (dashed) its derivative over the margin between two logits. The description is for screen readers.
 *
 * @typedef {{ name: string, points: ReturnType<typeof import("./loss-shape.mjs").lossShape> }} Curve
 * @param {{ title: string, subtitle: string, description: string, curves: readonly Curve[] }} chart
 * @returns {import("vega-lite").TopLevelSpec}
 */
export function lossShapeChart({ title, subtitle, description, curves }) {
  const rounded = (value) => Number(value.toPrecision(4));
  const label = (name, what) => (curves.length === 1 ? what : `${what}, ${name}`);
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
    $schema: VEGA_LITE,
    description,
    title: chartTitle(title, [subtitle], WIDTH),
    width: WIDTH,
    height: 230,
    config: CHART_CONFIG,
    data: {
      values: lines.flatMap(({ points }, i) => points.map((point) => ({ name: names[i], ...point }))),
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
