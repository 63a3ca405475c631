import type { TopLevelSpec } from "vega-lite";
import { escapeHtml } from "../page/html.js";

/**
 * Draws a chart as SVG text, with the spec's description for screen readers. Vega takes half a second to load, so it is loaded at
 * the first chart.
 */
export async function drawSvg(spec: TopLevelSpec): Promise<string> {
  const vega = await import("vega");
  const vegaLite = await import("vega-lite"); // not in parallel: Jest cannot link two module graphs with common modules at once
  const view = new vega.View(vega.parse(vegaLite.compile(spec).spec), { renderer: "none" });
  try {
    const svg = await view.toSVG();
    return svg.replace("<svg ", () => `<svg role="img" aria-label="${escapeHtml(spec.description ?? "")}" `);
  } finally {
    view.finalize();
  }
}
