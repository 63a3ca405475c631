import { join } from "node:path";
import { z } from "zod";
import { checking } from "../../checks/check-study.js";
import type { Dataset } from "../../data/dataset.js";
import { loadedDatasetSchema } from "../../data/loaded-dataset-schema.js";
import { type Study, studySchema } from "../../study/study.js";
import { MOST_VALUES } from "../../study/study-file.js";
import { inTurns } from "../../system/in-turns.js";
import { writeFileAtomically } from "../../system/write-file.js";
import { callbackSchema } from "../../validation/callbacks.js";
import { check, parse } from "../../validation/parse.js";
import { pathSchema } from "../../validation/path-schema.js";
import { judgeStudy } from "../../verdicts/judge.js";
import { drawSvg } from "../charts/draw.js";
import { namedSamples } from "../charts/named-samples.js";
import { loadPngRenderer } from "../charts/png.js";
import { studyCharts } from "../charts/study-charts.js";
import { taskCharts } from "../charts/task-charts.js";
import { tuningCharts } from "../charts/tuning-charts.js";
import { reportPage } from "../page/page.js";
import { epochsCsv } from "../tables/epochs-csv.js";
import { latexTable } from "../tables/latex-table.js";
import { markdownTable } from "../tables/markdown-table.js";
import { runsCsv } from "../tables/runs-csv.js";
import { eventFiles, TENSORBOARD } from "../tensorboard/event-files.js";
import { removeReport } from "./remove-report.js";

/** Optional content of a report, and a callback for what is missing from it. */
export interface ReportOptions {
  /** What the runs were trained on, as `loadDataset` returns it, to show sample images and mistakes. Default: none. */
  readonly dataset?: Dataset;
  /** Whether to write the metrics of each epoch for TensorBoard, into the subfolder `tensorboard`. Default: false. */
  readonly tensorboard?: boolean;
  /** Called with a sentence about each figure that could not be written, for example if an optional package is missing. */
  readonly onNotice?: (text: string) => void;
}

const optionsSchema = z.strictObject({
  dataset: loadedDatasetSchema.optional(),
  tensorboard: z.boolean().default(false),
  onNotice: callbackSchema<(text: string) => void>().optional(),
});

/**
 * Writes a report of a study into a folder, which is created if needed: `index.html` (one file, usable offline), `table.md`,
 * `table.tex` (LaTeX with booktabs and graphicx), `runs.csv` (one row per run), `epochs.csv` (one row per run and epoch) and `figures/` with
 * every chart as SVG, PNG and Vega-Lite spec. Each file is written completely or not at all. An earlier report in the folder is
 * removed first; other files are kept.
 *
 * @returns the paths written, `index.html` last
 * @throws OptimbenchError (CONFIG) if `study` is not a study, (FILE) if the folder is not writable
 */
export async function writeReport(
  given: Study,
  folder: string,
  options: ReportOptions = {},
): Promise<string[]> {
  const study = check(studySchema, given, "study", MOST_VALUES);
  parse(pathSchema, folder, "folder");
  const { dataset, tensorboard, onNotice = () => {} } = parse(optionsSchema, options, "options");
  const written: string[] = [];
  const write = async (name: string, data: string | Uint8Array | Iterable<string>) => {
    const path = join(folder, name);
    await writeFileAtomically(path, data);
    written.push(path);
  };

  await removeReport(folder);
  const verdicts = await judgeStudy(study);
  await write("table.md", markdownTable(study, verdicts));
  await write("table.tex", latexTable(study, verdicts));
  await write("runs.csv", runsCsv(study));
  await write("epochs.csv", epochsCsv(study));
  if (tensorboard)
    for (const { path, data } of eventFiles(study)) await write(`${TENSORBOARD}/${path}`, data);
  const charts = [...studyCharts(study), ...taskCharts(study), ...tuningCharts(study)];
  const toPng = await loadPngRenderer();
  if (toPng === undefined && charts.length > 0)
    onNotice("Figures are written as SVG only: PNG output needs the optional package @resvg/resvg-js.");
  // One at a time, because drawing needs much memory.
  for (const chart of charts) {
    const { name, spec } = chart;
    await write(`figures/${name}.vl.json`, `${JSON.stringify(spec, null, 2)}\n`);
    const svg = await attempt(`figures/${name}.svg`, () => drawSvg(spec), onNotice);
    if (svg === undefined) continue;
    await write(`figures/${name}.svg`, svg);
    const png = toPng && (await attempt(`figures/${name}.png`, () => toPng(svg), onNotice));
    if (png !== undefined) await write(`figures/${name}.png`, png);
  }
  const samples =
    dataset && (await attempt("figures/sample-images.png", () => namedSamples(dataset), onNotice));
  if (samples !== undefined) await write("figures/sample-images.png", samples);
  const findings = await inTurns(checking(study, { verdicts }));
  await write("index.html", reportPage(study, { samples, dataset, verdicts, findings }));
  return written;
}

/** If an image cannot be drawn, only this image is omitted; table, page and other images are still written. */
async function attempt<Image>(
  name: string,
  draw: () => Image | Promise<Image>,
  onNotice: (text: string) => void,
): Promise<Image | undefined> {
  try {
    return await draw();
  } catch (error) {
    onNotice(
      `${name} was omitted because it could not be drawn: ${error instanceof Error ? error.message : error}`,
    );
    return undefined;
  }
}
