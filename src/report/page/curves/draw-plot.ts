import { MARGIN, type Plot, type PlottedLine } from "./plot.js";

/** The plot as SVG. It has only numbers and titles of this package; names of arms are in the legend. Colours are the page's. */
export function drawPlot({ width, height, xTitle, xTicks, yTicks, lines, yOf }: Plot): string {
  const right = width - MARGIN.right;
  const bottom = height - MARGIN.bottom;
  return [
    ...yTicks.map(
      ({ at, text }) =>
        `<path class="grid" d="M${MARGIN.left} ${px(at)}H${right}"/><text x="${MARGIN.left - 8}" y="${px(at + 4)}" text-anchor="end">${text}</text>`,
    ),
    ...xTicks.map(
      ({ at, text }) =>
        `<path class="grid" d="M${px(at)} ${MARGIN.top}V${bottom}"/><text x="${px(at)}" y="${bottom + 18}" text-anchor="middle">${text}</text>`,
    ),
    `<text class="title" x="${(MARGIN.left + right) / 2}" y="${height - 6}" text-anchor="middle">${xTitle}</text>`,
    ...lines.filter(({ isColoured }) => isColoured).map((line) => band(line, yOf)),
    ...lines.map(drawLine),
  ].join("");
}

function band({ colour, line, xs }: PlottedLine, yOf: (value: number) => number): string {
  const { low, high } = line;
  if (low === undefined || high === undefined || !line.isMean) return "";
  const there = xs.map((x, i) => `${px(x)} ${px(yOf(high[i]!))}`);
  const back = xs.map((x, i) => `${px(x)} ${px(yOf(low[i]!))}`).reverse();
  return `<path class="band ${colourClass(colour)}" d="M${there.join("L")}L${back.join("L")}Z"/>`;
}

function drawLine({ colour, isColoured, line, xs, ys }: PlottedLine): string {
  const classes = isColoured ? `line ${colourClass(colour)}${line.isMean ? "" : " thin"}` : "line grey";
  const points = xs.map((x, i) => `${px(x)} ${px(ys[i]!)}`);
  const [x, y] = [px(xs.at(-1)!), px(ys.at(-1)!)];
  const dots = isColoured && line.isMean && points.length <= 25 ? points : points.length === 1 ? points : [];
  const marks = {
    completed: "",
    diverged: `<path d="M${x - 5} ${y - 5}l10 10m0 -10l-10 10"/>`,
    cancelled: `<circle cx="${x}" cy="${y}" r="4.5"/>`,
  };
  return `<g class="${classes}"><path d="M${points.join("L")}"/>${dots.map((point) => `<circle class="dot" cx="${point.replace(" ", '" cy="')}" r="2.6"/>`).join("")}${marks[line.ended]}</g>`;
}

/** Arms take turns in seven colours, then with dashes. */
const COLOURS = 7;
const DASHES = 4;

export const colourClass = (colour: number): string =>
  `colour-${colour % COLOURS} dash-${Math.floor(colour / COLOURS) % DASHES}`;

const px = (value: number) => Math.round(value * 10) / 10;
