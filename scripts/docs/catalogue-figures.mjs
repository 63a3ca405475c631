import { originText } from "../../dist/explain/differences.js";
import { drawSvg } from "../../dist/report/charts/draw.js";
import { groupBy } from "../../dist/validation/group-by.js";
import { lossShape } from "./loss-shape.mjs";
import { lossShapeChart } from "./loss-shape-chart.mjs";
import { bestRate, STEEPNESS, STEPS, valleyPath } from "./valley.mjs";
import { valleyChart } from "./valley-chart.mjs";

/**
 * The figure of a catalogue page, as SVG: an optimizer's path down a valley, a loss's shape with its gradient.
 *
 * @param {import("../../src/explain/explanation.js").Explanation} explanation
 * @returns {Promise<string>}
 */
export async function catalogueSvg(explanation) {
  const svg = await (explanation.kind === "optimizer" ? optimizerSvg(explanation) : lossSvg(explanation));
  // Rounds to a tenth of a pixel, so that figures are identical on all machines.
  const rounded = svg.replace(/\d+\.\d{3,}/g, (number) => String(Number(Number(number).toFixed(1))));
  return withIdsFromOne(rounded);
}

/** Renumbers ids from 1. Vega counts them over all figures of a process. */
function withIdsFromOne(svg) {
  const ids = [...new Set(svg.match(/\bclip\d+\b/g))];
  return svg.replace(/\bclip\d+\b/g, (id) => `clip${ids.indexOf(id) + 1}`);
}

function optimizerSvg({ name, title, definitions }) {
  const sources = definitions.map(({ source }) => source);
  const rates = new Map(sources.map((source) => [source, bestRate(name, source)]));
  const paths = together(sources, (source) => valleyPath(name, source, rates.get(source)));
  const different = new Set(rates.values()).size > 1;
  const inMatrix = definitions.some(({ firstStepInMatrix }) => firstStepInMatrix !== undefined);
  const said = [
    `${STEPS} steps on (x² + ${STEEPNESS} y²) / 2`,
    ...(different ? [] : [`learning rate ${rates.get(sources[0])}`]),
    ...(inMatrix ? ["(x, y) a matrix"] : []),
  ];
  return drawSvg(
    valleyChart({
      title,
      subtitle: said.join(", "),
      description: `The path of ${title} down a valley that is steep across and flat along`,
      steepness: STEEPNESS,
      paths: paths.map(({ of, values }) => ({
        name: `${namesOf(of)}${different ? `, rate ${rates.get(of[0])}` : ""}`,
        points: values,
      })),
    }),
  );
}

function lossSvg({ name, title, definitions }) {
  const sources = definitions.map(({ source }) => source);
  const curves = together(sources, (source) => lossShape(name, source));
  return drawSvg(
    lossShapeChart({
      title,
      subtitle: "two classes, the first right; dashed its derivative",
      description: `${title} and its gradient, over the margin between the logits of two classes`,
      curves: curves.map(({ of, values }) => ({ name: namesOf(of), points: values })),
    }),
  );
}

/** Draws curves of several sources once if they do not differ visibly. */
function together(sources, valuesOf) {
  const visible = (_, value) => (typeof value === "number" ? Number(value.toFixed(2)) : value);
  const all = sources.map((source) => ({ source, values: valuesOf(source) }));
  return groupBy(all, ({ values }) => JSON.stringify(values, visible)).map((group) => ({
    of: group.map(({ source }) => source),
    values: group[0].values,
  }));
}

const namesOf = (sources) => sources.map(originText).join(", ");
