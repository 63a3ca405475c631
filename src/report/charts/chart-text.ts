import { wrapText } from "../../system/wrap-text.js";
import { CHART_CONFIG } from "./chart-style.js";

/** The width of axis labels and axis title, in pixels. */
const MARGIN = 60;
/** The width of a legend symbol, in pixels. */
const SYMBOL = 50;
const MOST_LINES = 5;

/** A title, wrapped to lines. Vega would truncate a long line or widen the chart. */
export const chartTitle = (text: string, subtitle: readonly string[], width: number) => ({
  text: lines(text, width + MARGIN, CHART_CONFIG.title!.fontSize as number),
  subtitle: subtitle.flatMap((line) =>
    lines(line, width + MARGIN, CHART_CONFIG.title!.subtitleFontSize as number),
  ),
});

/** A legend with as many columns as fit. `names` are the given names with line breaks, for use in the data. */
export function chartLegend(given: readonly string[], width: number) {
  const fontSize = CHART_CONFIG.legend!.labelFontSize as number;
  const names = given.map((name) => lines(name, width + MARGIN - SYMBOL, fontSize).join("\n"));
  const longest = Math.max(...names.flatMap((name) => name.split("\n")).map(({ length }) => length));
  return {
    names,
    legend: {
      labelExpr: "split(datum.label, '\\n')",
      columns: Math.max(1, Math.floor(width / (0.8 * fontSize * longest + SYMBOL))),
    },
  };
}

/** Wraps text. Vega assumes that each character is 0.8 of the font size wide. */
function lines(text: string, width: number, fontSize: number): string[] {
  const characters = Math.floor(width / (0.8 * fontSize));
  const breakable = text.replace(new RegExp(`\\S{${characters}}(?=\\S)`, "gu"), "$& ");
  const all = wrapText(breakable, characters).split("\n");
  return all.length <= MOST_LINES ? all : [...all.slice(0, MOST_LINES - 1), `${all[MOST_LINES - 1]} …`];
}
