import type { TopLevelSpec } from "vega-lite";
import { escapeHtml } from "../page/html.js";

/**
 * A chart as SVG text, with the spec's description for those who do not see it.
 * Vega is loaded at the first chart, not with this package: it takes half a second.
 */
export async function drawSvg(spec: TopLevelSpec): Promise<string> {
  const vega = await import("vega");
  const vegaLite = await import("vega-lite"); // after it: Jest cannot link two graphs with common modules at once
  const view = new vega.View(vega.parse(vegaLite.compile(spec).spec), { renderer: "none" });
  try {
    const svg = await view.toSVG();
    return svg.replace("<svg ", () => `<svg role="img" aria-label="${escapeHtml(spec.description ?? "")}" `);
  } finally {
    view.finalize();
  }
}
