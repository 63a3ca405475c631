import { CHART_CONFIG, colourOf, VEGA_LITE } from "../../dist/report/charts/chart-style.js";
import { chartLegend, chartTitle } from "../../dist/report/charts/chart-text.js";

const WIDTH = 460;
const X = [-5, 5];
const Y = [-1.8, 1.8];
/** The heights of the contours. */
const HEIGHTS = [0.1, 0.6, 2, 5, 10, 18, 28];

/**
 * Paths over the contours of the valley (x^2 + steepness y^2) / 2. The description is for screen readers.
 *
 * @typedef {{ name: string, points: readonly import("./valley.mjs").Point[] }} Path
 * @param {{ title: string, subtitle: string, description: string, steepness: number, paths: readonly Path[] }} chart
 * @returns {import("vega-lite").TopLevelSpec}
 */
export function valleyChart({ title, subtitle, description, steepness, paths }) {
  const { names, legend } = chartLegend(
    paths.map(({ name }) => name),
    WIDTH,
  );
  const rounded = (value) => Number(value.toFixed(3));
  const axis = (field, domain) => ({
    field,
    type: "quantitative",
    scale: { domain, nice: false },
    title: field,
  });
  const [x, y] = [axis("x", X), axis("y", Y)];
  const color = {
    field: "name",
    type: "nominal",
    title: null,
    sort: null,
    scale: { domain: names, range: names.map((_, i) => colourOf(i)) },
    legend: names.length === 1 ? null : legend,
  };
  const order = { field: "i", type: "quantitative" };
  const points = paths.flatMap(({ points: list }, n) =>
    list.map(([px, py], i) => ({ name: names[n], i, x: rounded(px), y: rounded(py) })),
  );
  return {
    $schema: VEGA_LITE,
    description,
    title: chartTitle(title, [subtitle], WIDTH),
    width: WIDTH,
    height: 230,
    config: { ...CHART_CONFIG, axis: { ...CHART_CONFIG.axis, grid: false } },
    layer: [
      {
        data: { values: contours(steepness) },
        mark: { type: "line", color: "#BBBBBB", strokeWidth: 0.8, clip: true },
        encoding: { x, y, order, detail: { field: "height", type: "nominal" } },
      },
      {
        data: { values: [{ x: 0, y: 0 }] },
        mark: { type: "point", shape: "cross", filled: true, color: "#333333", size: 60, opacity: 1 },
        encoding: { x, y },
      },
      ...names.map((name, n) => ({
        data: { values: points.filter((point) => point.name === name) },
        mark: {
          type: "line",
          clip: true,
          strokeWidth: 1.6,
          // Paths on top are translucent, so that those below are visible.
          strokeDash: n === 0 ? [] : [5, 3],
          point: { filled: true, size: 14, opacity: 1 },
        },
        encoding: { x, y, order, color },
      })),
    ],
  };
}

const contours = (steepness) =>
  HEIGHTS.flatMap((level) =>
    Array.from({ length: 65 }, (_, i) => {
      const angle = (i / 64) * 2 * Math.PI;
      const radius = Math.sqrt(2 * level);
      return {
        height: level,
        i,
        x: radius * Math.cos(angle),
        y: (radius / Math.sqrt(steepness)) * Math.sin(angle),
      };
    }),
  );
