import type { CurveData } from "../curves/curve-data.js";
import { colourClass } from "../curves/draw-plot.js";
import { MARGIN, type Plot, type PlottedLine } from "../curves/plot.js";

const MOST_LINES = 12;

/** The values of the coloured lines nearest to a position, highest on the figure first. */
export function readAt({ lines, height, width, xTitle }: Plot, { arms }: CurveData, x: number) {
  const coloured = lines.filter(({ isColoured }) => isColoured);
  const near = coloured
    .map((line) => ({ line, i: nearest(line.xs, x) }))
    .filter(({ line, i }) => Math.abs(line.xs[i]! - x) <= width / 8 || line.xs.length > 1);
  const [closest] = [...near].sort((a, b) => distance(a, x) - distance(b, x));
  if (closest === undefined) return undefined;
  const at = closest.line.xs[closest.i]!;
  const read = near
    .map(({ line }) => ({ line, i: nearest(line.xs, at) }))
    .filter(({ line, i }) => Math.abs(line.xs[i]! - at) <= spacing(line, i))
    .sort((a, b) => a.line.ys[a.i]! - b.line.ys[b.i]!);
  const marks = [
    `<path class="reading" d="M${at} ${MARGIN.top}V${height - MARGIN.bottom}"/>`,
    ...read.map(
      ({ line, i }) =>
        `<circle class="reading ${colourClass(line.colour)}" cx="${line.xs[i]}" cy="${line.ys[i]}" r="4"/>`,
    ),
  ];
  const title = document.createElement("strong");
  title.textContent = `${xTitle.split(",")[0]} ${numberText(closest.line.xValues[closest.i]!)}`;
  const more = read.length - MOST_LINES;
  return {
    at,
    marks: marks.join(""),
    lines: [
      title,
      ...read.slice(0, MOST_LINES).map(({ line, i }) => valueLine(line, i, arms[line.arm]!.label)),
      ...(more > 0 ? [paragraph(`and ${more} more`)] : []),
    ],
  };
}

function valueLine({ colour, line }: PlottedLine, i: number, label: string): HTMLElement {
  const { values, low, high } = line;
  const text = [
    label,
    numberText(values[i]!),
    ...(low && high ? [`(${numberText(low[i]!)} to ${numberText(high[i]!)})`] : []),
  ];
  const element = paragraph(text.join(" "));
  element.className = colourClass(colour);
  const key = document.createElement("span");
  key.className = "key";
  element.prepend(key);
  return element;
}

function paragraph(text: string): HTMLElement {
  const element = document.createElement("p");
  element.textContent = text;
  return element;
}

const numberText = (value: number) => String(Number(value.toPrecision(4)));

const distance = ({ line, i }: { line: PlottedLine; i: number }, x: number) => Math.abs(line.xs[i]! - x);

/** Half the distance to the neighbours: a line has a value only near its points. */
const spacing = ({ xs }: PlottedLine, i: number) =>
  Math.max(xs[i]! - (xs[i - 1] ?? xs[i]!), (xs[i + 1] ?? xs[i]!) - xs[i]!) / 2 + 1;

function nearest(xs: readonly number[], x: number): number {
  let best = 0;
  for (let i = 1; i < xs.length; i++) if (Math.abs(xs[i]! - x) < Math.abs(xs[best]! - x)) best = i;
  return best;
}
