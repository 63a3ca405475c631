import { join } from "node:path";
import { z } from "zod";
import { parse } from "../config/parse.js";
import type { Study } from "../study.js";
import { studySchema } from "../study-file.js";
import { writeFileAtomically } from "../write-file.js";
import { drawSvg } from "./draw.js";
import { epochsCsv } from "./epochs-csv.js";
import { markdownTable } from "./markdown-table.js";
import { type DrawnChart, reportPage } from "./page.js";
import { loadPngRenderer } from "./png.js";
import { studyCharts } from "./study-charts.js";

export interface ReportOptions {
  /** A PNG of sample images to show with the results. */
  readonly samples?: Uint8Array;
  /** Called with a sentence where something could not be made, such as pictures without their optional package. */
  readonly onNotice?: (text: string) => void;
}

/**
 * Writes a report of a study into a folder, which is made where there is none: `index.html` (one file, offline),
 * `table.md`, `results.csv` (one row a run and epoch) and `figures/`: every chart as SVG, as PNG and as the Vega-Lite
 * spec that it was drawn from. Each file is written whole or not at all; other files in the folder stay.
 *
 * @returns the paths written, `index.html` last
 * @throws OptimbenchError (CONFIG) where the study is none, (DATA) where the folder cannot be written to
 */
export async function writeReport(
  study: Study,
  folder: string,
  options: ReportOptions = {},
): Promise<string[]> {
  parse(studySchema, study, "study");
  parse(z.string().min(1), folder, "folder");
  const { samples, onNotice } = options;
  const written: string[] = [];
  const write = async (name: string, data: string | Uint8Array) => {
    const path = join(folder, name);
    await writeFileAtomically(path, data);
    written.push(path);
  };

  await write("table.md", markdownTable(study));
  await write("results.csv", epochsCsv(study));
  const drawn: DrawnChart[] = [];
  for (const chart of studyCharts(study)) drawn.push({ ...chart, svg: await drawSvg(chart.spec) });
  const toPng = await loadPngRenderer();
  if (toPng === undefined && drawn.length > 0)
    onNotice?.("Figures are SVG only: PNG needs the optional package @resvg/resvg-js.");
  const pictures = await Promise.all(drawn.map(({ svg }) => toPng?.(svg)));
  for (const [i, { name, spec, svg }] of drawn.entries()) {
    await write(`figures/${name}.vl.json`, `${JSON.stringify(spec, null, 2)}\n`);
    await write(`figures/${name}.svg`, svg);
    if (pictures[i] !== undefined) await write(`figures/${name}.png`, pictures[i]);
  }
  if (samples !== undefined) await write("figures/sample-images.png", samples);
  await write("index.html", reportPage(study, drawn, samples));
  return written;
}
