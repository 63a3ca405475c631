import type { Config } from "vega-lite";

/** Colours that people with any colour vision can distinguish (Okabe & Ito 2008), without yellow, which is faint on white. */
const COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#333333"];
/** After the last colour they begin again, dashed, then dotted. */
const DASHES = [[], [7, 3], [2, 2.5], [9, 3, 2, 3]];

/** Lines without names. */
export const GREY = "#BDBDBD";

/** The n-th line's colour. */
export const colourOf = (n: number): string => COLOURS[n % COLOURS.length]!;

/** The n-th line's dashes, as SVG has them. */
export const dashOf = (n: number): number[] => DASHES[Math.floor(n / COLOURS.length) % DASHES.length]!;

/** The face that ships with this package, then those with its widths. Its only weight is normal. */
const FONT = "DejaVu Sans, Verdana, sans-serif";

export const CHART_CONFIG: Config = {
  // One description says more than a label on every point, which would read out an error where the axis shows accuracy.
  aria: false,
  background: "white",
  font: FONT,
  padding: 12,
  title: {
    anchor: "start",
    fontSize: 15,
    fontWeight: "normal",
    color: "#111111",
    subtitleColor: "#555555",
    subtitleFontSize: 11,
    subtitlePadding: 5,
    offset: 12,
  },
  axis: {
    labelFontSize: 11,
    labelColor: "#333333",
    titleFontSize: 12,
    titleFontWeight: "normal",
    titleColor: "#333333",
    titlePadding: 8,
    gridColor: "#E6E6E6",
    domainColor: "#888888",
    tickColor: "#888888",
  },
  legend: {
    orient: "top",
    direction: "horizontal",
    labelFontSize: 11,
    labelColor: "#222222",
    labelLimit: 0, // none
    symbolType: "stroke",
    symbolOpacity: 1,
    symbolSize: 400,
    symbolStrokeWidth: 2.5,
    titleFontWeight: "normal",
  },
  view: { stroke: null },
};
