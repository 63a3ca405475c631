import { join } from "node:path";
import { packageRoot, requireFromPackage } from "../../system/package-root.js";

/** Renders an SVG as a PNG of twice its size. */
type PngRenderer = (svg: string) => Promise<Uint8Array>;

/**
 * Loads @resvg/resvg-js with only the font that ships with this package, so that images are identical on all machines. Returns
 * undefined if that optional package is not installed.
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

/** Uses `require`, because bundlers cannot include the package's binary. */
function optionalResvg(): typeof import("@resvg/resvg-js") | undefined {
  try {
    return requireFromPackage("@resvg/resvg-js");
  } catch {
    return undefined;
  }
}
