import { extname } from "node:path";
import type { TopLevelSpec } from "vega-lite";
import { configError } from "../../errors.js";
import { writeFileAtomically } from "../../system/write-file.js";
import { checkOutFile } from "./out-file.js";

/**
 * Returns a function that writes a chart to a file, as SVG or PNG by its ending. It loads the large drawing modules on demand.
 *
 * @param option the command line option that names the file
 * @throws OptimbenchError (CONFIG, FILE) immediately if the file could not be written
 */
export async function chartFileWriter(
  file: string,
  option: string,
): Promise<(spec: TopLevelSpec) => Promise<void>> {
  const ending = extname(file).toLowerCase();
  if (ending !== ".svg" && ending !== ".png")
    throw configError(`Expected a file name ending in .png or .svg for ${option}, got "${file}".`);
  const toPng = ending === ".png" ? await pngRenderer() : undefined;
  await checkOutFile(file, option);
  return async (spec) => {
    const { drawSvg } = await import("../../report/charts/draw.js");
    const svg = await drawSvg(spec);
    await writeFileAtomically(file, toPng === undefined ? svg : await toPng(svg));
  };
}

async function pngRenderer() {
  const { loadPngRenderer } = await import("../../report/charts/png.js");
  const toPng = await loadPngRenderer();
  if (toPng === undefined)
    throw configError(
      "PNG output needs the optional package @resvg/resvg-js. Install it, or write an .svg file.",
    );
  return toPng;
}
