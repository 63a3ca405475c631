import type { Source } from "../config/semantics.js";
import { drawSvg } from "../report/draw.js";
import { groupBy } from "../report/group-by.js";
import { lossShapeChart } from "../report/loss-shape-chart.js";
import { valleyChart } from "../report/valley-chart.js";
import { originText } from "./differences.js";
import type { Explanation } from "./explanation.js";
import { lossShape } from "./loss-shape.js";
import { bestRate, STEEPNESS, STEPS, valleyPath } from "./valley.js";

/** The picture of a catalogue page, as SVG: an optimizer's path down a valley, a loss's shape with its gradient. */
export async function catalogueSvg(explanation: Explanation): Promise<string> {
  const svg = await (explanation.kind === "optimizer" ? optimizerSvg(explanation) : lossSvg(explanation));
  // A hundredth of a pixel is enough, and keeps the file small.
  return svg.replace(/\d+\.\d{3,}/g, (number) => String(Number(Number(number).toFixed(2))));
}

function optimizerSvg({ name, title, definitions }: Explanation): Promise<string> {
  const sources = definitions.map(({ source }) => source as Source);
  const rate = bestRate(name, sources[0]!);
  const paths = together(sources, (source) => valleyPath(name, source, rate));
  return drawSvg(
    valleyChart({
      title,
      subtitle: `${STEPS} steps on (x² + ${STEEPNESS} y²) / 2, learning rate ${rate}`,
      description: `The path of ${title} down a valley that is steep across and flat along`,
      steepness: STEEPNESS,
      paths: paths.map(({ name: of, values }) => ({ name: of, points: values })),
    }),
  );
}

function lossSvg({ name, title, definitions }: Explanation): Promise<string> {
  const sources = definitions.map(({ source }) => source as Source);
  const curves = together(sources, (source) => lossShape(name, source));
  return drawSvg(
    lossShapeChart({
      title,
      subtitle: "of two classes, logits m / 2 and -m / 2, and its derivative by the margin m",
      description: `${title} and its gradient, over the margin between the logits of two classes`,
      curves: curves.map(({ name: of, values }) => ({ name: of, points: values })),
    }),
  );
}

/** What sources have in common is drawn once, where no eye could tell the difference. */
function together<Values>(sources: readonly Source[], valuesOf: (source: Source) => Values) {
  const visible = (_: string, value: unknown) =>
    typeof value === "number" ? Number(value.toFixed(2)) : value;
  const all = sources.map((source) => ({ source, values: valuesOf(source) }));
  return groupBy(all, ({ values }) => JSON.stringify(values, visible)).map((group) => ({
    name: group.map(({ source }) => originText(source)).join(", "),
    values: group[0]!.values,
  }));
}
