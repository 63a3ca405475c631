import { join } from "node:path";
import { packageRoot, requireFromPackage } from "../../system/package-root.js";

/** Makes a PNG of twice an SVG's size. */
type PngRenderer = (svg: string) => Promise<Uint8Array>;

/**
 * Loads @resvg/resvg-js, with the font that ships with this package and no other, so that pictures are equal everywhere;
 * undefined where that optional package is not installed.
 */
export async function loadPngRenderer(): Promise<PngRenderer | undefined> {
  const resvg = optionalResvg();
  if (resvg === undefined) return undefined;
  const options: Parameters<typeof resvg.renderAsync>[1] = {
    background: "white",
    fitTo: { mode: "zoom", value: 2 },
    font: {
      loadSystemFonts: false,
      fontFiles: [join(packageRoot, "assets", "fonts", "DejaVuSans.ttf")],
      defaultFontFamily: "DejaVu Sans",
    },
  };
  return async (svg) => (await resvg.renderAsync(svg, options)).asPng();
}

/** Not imported, since bundlers cannot take the binary in that it comes with. */
function optionalResvg(): typeof import("@resvg/resvg-js") | undefined {
  try {
    return requireFromPackage("@resvg/resvg-js");
  } catch {
    return undefined;
  }
}
