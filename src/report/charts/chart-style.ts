import type { Config } from "vega-lite";

/** The schema of all specs. */
export const VEGA_LITE = "https://vega.github.io/schema/vega-lite/v6.json";

/** Colours that are safe for colour blindness (Okabe & Ito 2008), without yellow, which is faint on white. */
const COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#333333"];
/** After the last colour, colours repeat with dashes, then with dots. */
const DASHES = [[], [7, 3], [2, 2.5], [9, 3, 2, 3]];

/** The colour of lines without names. */
export const GREY = "#BDBDBD";

/** The n-th line's colour. */
export const colourOf = (n: number): string => COLOURS[n % COLOURS.length]!;

/** The n-th line's dashes, in SVG's format. */
export const dashOf = (n: number): number[] => DASHES[Math.floor(n / COLOURS.length) % DASHES.length]!;

/** The font that ships with this package (weight normal only), then fonts of the same widths. */
const FONT = "DejaVu Sans, Verdana, sans-serif";

export const CHART_CONFIG: Config = {
  // The chart has one description. Labels per point would announce errors, while the axis shows accuracy.
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
