import { dirname, join, resolve } from "node:path";
import type { Command } from "commander";
import { marginSchema } from "../../config/margin.js";
import type { Dataset } from "../../data/dataset.js";
import { loadDataset } from "../../data/load-dataset.js";
import { readOptionsOf } from "../../data/read-options.js";
import { configError } from "../../errors.js";
import { removeReport } from "../../report/folder/remove-report.js";
import type { NamedStudy } from "../../report/results/side-by-side.js";
import { datasetKey } from "../../study/dataset-key.js";
import type { Study } from "../../study/study.js";
import { readStudy, writeStudy } from "../../study/study-file.js";
import { printNotice } from "../../system/terminal.js";
import { parse } from "../../validation/parse.js";
import { judgeStudy } from "../../verdicts/judge.js";
import { decimalNumber } from "../options/decimal-number.js";
import { studyPath } from "../options/study-argument.js";
import { type Answer, addAction } from "../output/answer.js";
import { checkNewFile } from "../output/out-file.js";
import { prepareCopyFolder } from "../output/out-folder.js";

/** Adds `optimbench report`, which regenerates the report of a study, or shows studies side by side. */
export function addReportCommand(program: Command): void {
  const command = program
    .command("report")
    .description("regenerate the table, figures and page of a study, or show several studies side by side")
    .argument(
      "<studies...>",
      "a study.json written by compare or train, or its folder; several to compare them",
    )
    .option("--out <folder>", "folder to write to (default: the folder of the study; none for several)")
    .option("--overwrite", "replace another study, report or page in the folder")
    .option("--margin <share>", `${marginSchema.description} Default: the study's.`, (text) =>
      parse(marginSchema, decimalNumber(text), "--margin"),
    )
    .option("--tensorboard", "also write the metrics of every epoch for TensorBoard, to tensorboard/");
  addAction(command, report);
}

async function report(
  answer: Answer,
  [place, ...others]: [string, ...string[]],
  { out, overwrite = false, tensorboard = false, margin }: Partial<Omit<ReportChoices, "path">>,
): Promise<void> {
  if (others.length > 0)
    return reportSideBySide(answer, [place, ...others], { out, overwrite, tensorboard, margin });
  const path = studyPath(place);
  await reportStudy(answer, { path, out: out ?? dirname(path), overwrite, tensorboard, margin });
}

/** Prints studies as one table and, if a folder is given, writes a page of them. */
async function reportSideBySide(
  answer: Answer,
  places: readonly string[],
  {
    out,
    overwrite,
    tensorboard,
    margin,
  }: { readonly out: string | undefined } & Pick<ReportChoices, "overwrite" | "tensorboard" | "margin">,
): Promise<void> {
  if (out === "") throw configError('Expected a folder name for --out, got "".');
  if (tensorboard) throw configError("--tensorboard needs one study. Give each study a command.");
  if (margin !== undefined) throw configError("--margin needs one study. Give each study a command.");
  const studies: NamedStudy[] = [];
  for (const name of places) studies.push({ name, study: await readStudy(studyPath(name)) });
  if (out !== undefined) await checkNewFile(join(out, "index.html"), "--out", { overwrite });
  const { sideBySide } = await import("../../report/results/side-by-side.js");
  const { sideBySideTable } = await import("../../report/tables/side-by-side-table.js");
  const { writeSideBySide } = await import("../../report/folder/write-side-by-side.js");
  const files = out === undefined ? [] : await writeSideBySide(studies, out);
  answer.give({ files }, () => sideBySideTable(sideBySide(studies)));
  for (const file of files) answer.remark(`\nReport: ${file}`);
}

interface ReportChoices {
  /** The study's file. */
  readonly path: string;
  readonly out: string;
  readonly overwrite?: boolean;
  readonly tensorboard?: boolean;
  /** The margin of the report and of the study beside it. Default: the study's. */
  readonly margin?: number | undefined;
}

/** Prints the table of a study and writes its report to a folder. */
export async function reportStudy(
  answer: Answer,
  { path, out, overwrite = false, tensorboard = false, margin }: ReportChoices,
): Promise<void> {
  const read = await readStudy(path);
  const study: Study = margin === undefined ? read : { ...read, config: { ...read.config, margin } };
  const copy = join(out, "study.json");
  const isInPlace = resolve(copy) === resolve(path);
  await prepareCopyFolder(out, { overwrite: overwrite || isInPlace });
  const { resultTable } = await import("../../report/tables/result-table.js");
  const { writeReport } = await import("../../report/folder/write-report.js");
  const verdicts = await judgeStudy(study);
  answer.print(() => resultTable(study, { verdicts }));
  if (study !== read || !isInPlace) {
    await removeReport(out); // first, so that an interruption does not leave the old page beside the new study
    await writeStudy(study, copy);
  }
  const dataset = await datasetOf(study, printNotice);
  const options = { onNotice: printNotice, tensorboard, ...(dataset && { dataset }) };
  const files = await writeReport(study, out, options);
  answer.give({ files, verdicts }, () => `\nReport: ${join(out, "index.html")}`);
}

/** The dataset of a study, for pictures, if it is on this machine. */
async function datasetOf({ runs }: Study, onNotice: (text: string) => void): Promise<Dataset | undefined> {
  const [config, ...others] = new Map(runs.map(({ config: each }) => [datasetKey(each), each])).values();
  if (config === undefined) return undefined;
  if (others.length > 0) {
    onNotice("Sample images omitted: the study has runs on several datasets.");
    return undefined;
  }
  try {
    return await loadDataset(config.dataset, { dataDir: config.dataDir, ...readOptionsOf(config) });
  } catch (error) {
    onNotice(`Sample images omitted: ${error instanceof Error ? error.message : error}`);
    return undefined;
  }
}
